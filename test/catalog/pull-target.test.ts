import {describe, expect, test} from "vitest";
import {loadCatalog} from "../../src/catalog/catalog.ts";
import {pullTarget} from "../../src/catalog/pull-target.ts";
import {emptyCatalog, failure} from "./helpers.ts";

const refusal = (spec: string, options: {id?: string; sha256?: string} = {}, catalog = emptyCatalog) =>
  failure(Promise.resolve().then(() => pullTarget(spec, catalog, options)));

describe("what is to be pulled", () => {
  test.each([
    ["hf:Owner/Name-GGUF/My Model.Q8_0.gguf", "my-model.q8_0", {repo: "Owner/Name-GGUF", file: "My Model.Q8_0.gguf"}],
    ["hf:o/n@v1.0/sub/m.gguf", "m", {repo: "o/n", file: "sub/m.gguf", revision: "v1.0"}],
    ["https://a.example/x/M.gguf?download=true", "m", {url: "https://a.example/x/M.gguf?download=true"}],
  ])("%s is called %s", (spec, id, source) => {
    expect(pullTarget(spec, emptyCatalog)).toMatchObject({id, sources: [source]});
  });

  test("keeps the checksum that the user gave, in lower case", () => {
    const sha256 = "A".repeat(64);
    expect(pullTarget("hf:o/n/m.gguf", emptyCatalog, {sha256, id: "other"})).toMatchObject({
      id: "other",
      sha256: "a".repeat(64),
    });
  });

  test.each(["hf:o/n", "hf:o/m.gguf", "hf:o/n/../m.gguf", "https://", "http://[x/m.gguf"])(
    "%s is refused as malformed",
    async spec => {
      expect((await refusal(spec)).code).toBe("model-spec");
    },
  );

  test("has a name that is only a name", async () => {
    expect((await refusal("hf:o/n/m.gguf", {id: "../evil"})).code).toBe("model-spec");
  });

  test("cannot take the name of a catalogue model", async () => {
    const catalog = await loadCatalog();
    expect((await refusal("hf:o/n/gemma-3-270m.gguf", {}, catalog)).code).toBe("model-id-taken");
  });

  test("that nobody knows is refused with near names", async () => {
    const error = await refusal("gemma-270m", {}, await loadCatalog());
    expect(error.details.join()).toContain("gemma-3-270m");
  });
});
