import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {loadCatalog} from "../../src/catalog/catalog.ts";
import {naturalOrder} from "../../src/catalog/zip-member.ts";
import {modelSourceSchema} from "../../src/records/catalog.ts";
import {failure, temporaryFolder} from "./helpers.ts";

const entry = {
  id: "one",
  family: "test",
  title: "One",
  variant: "base",
  quantisation: "F32",
  licence: {id: "mit", name: "MIT"},
  verified: false,
  sources: [{kind: "hf", repo: "owner/name", file: "one.gguf"}],
};

async function rejected(...models: object[]): Promise<string> {
  const path = join(await temporaryFolder(), "catalog.json");
  await writeFile(path, JSON.stringify({version: 1, models}));
  const error = await failure(loadCatalog(path));
  expect(error.code).toBe("catalog-invalid");
  return error.details.join("\n");
}

describe("the shipped catalogue", () => {
  test("is valid, and its four wheel models are verified with checksum and size", async () => {
    const {models} = await loadCatalog();
    const wheels = models.filter(model => model.sources.some(source => source.kind === "wheel"));
    expect(wheels.map(model => model.id)).toEqual([
      "smollm2-135m-instruct",
      "gemma-3-270m",
      "qwen2.5-coder-0.5b-instruct",
      "qwen2.5-coder-1.5b-instruct",
    ]);
    expect(wheels.every(model => model.verified && model.sources[0]?.kind === "wheel")).toBe(true);
  });

  test("lists the packages of a model in the order of their numbers", async () => {
    const {models} = await loadCatalog();
    const lists = models
      .flatMap(model => model.sources)
      .flatMap(source => (source.kind === "wheel" ? [source.packages.map(part => part.name)] : []));
    expect(lists.map(names => names.length)).toEqual([1, 4, 6, 22]);
    expect(lists).toEqual(lists.map(names => [...names].sort(naturalOrder)));
  });

  test("prints terms for every Llama and Gemma model", async () => {
    const {models} = await loadCatalog();
    const special = models.filter(model => /^(llama|gemma)/.test(model.id));
    expect(special.length).toBeGreaterThan(10);
    expect(special.filter(model => model.licence.terms === undefined)).toEqual([]);
  });

  test("says of every unverified model that it was not checked here", async () => {
    const {models} = await loadCatalog();
    const silent = models.filter(model => !model.verified && model.sources.every(source => source.kind === "hf"));
    expect(silent.length).toBeGreaterThan(40);
    expect(silent.filter(model => model.notes?.includes("Not verified here") !== true)).toEqual([]);
  });
});

describe("a catalogue", () => {
  test("with an id twice is refused", async () => {
    expect(await rejected(entry, entry)).toContain('"one" stands twice');
  });

  test("with a parent that is no entry is refused", async () => {
    expect(await rejected({...entry, parent: "two"})).toContain('no model "two"');
  });

  test("with a verified model without a checksum is refused", async () => {
    expect(await rejected({...entry, verified: true})).toContain("needs sha256");
  });

  test("with an address but no checksum is refused", async () => {
    const sources = [{kind: "url", url: "https://a.example/x.gguf"}];
    expect(await rejected({...entry, sources})).toContain("need sha256");
  });

  test("with an unknown field is refused", async () => {
    expect(await rejected({...entry, colour: "red"})).toContain("colour");
  });
});

describe("a source", () => {
  test.each([
    [{kind: "embedded", path: "../secret.gguf"}],
    [{kind: "embedded", path: "/etc/passwd"}],
    [{kind: "hf", repo: "../..", file: "x.gguf"}],
    [{kind: "hf", repo: "owner/name", file: "../x.gguf"}],
    [{kind: "hf", repo: "owner/name", file: "x.gguf", revision: "refs/../../x"}],
    [{kind: "wheel", packages: [{name: "--index-url=x", version: "1"}], member: "m"}],
    [{kind: "wheel", packages: [{name: "p", version: "1 --x"}], member: "m"}],
    [{kind: "wheel", packages: [], member: "m"}],
    [{kind: "url", url: "file:///etc/passwd"}],
    [{kind: "ftp", url: "ftp://a.example"}],
  ])("%j is refused", source => {
    expect(modelSourceSchema.safeParse(source).success).toBe(false);
  });
});
