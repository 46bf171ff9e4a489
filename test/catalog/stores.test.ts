import {mkdir, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {describe, expect, test} from "vitest";
import {localModels} from "../../src/catalog/found/local-models.ts";
import {severalModels} from "../../src/catalog/found/several.ts";
import {resolveModel} from "../../src/catalog/resolve.ts";
import {ggufBytes, writeGguf} from "../support/gguf-writer.ts";
import {splitModel} from "../support/split-model.ts";
import {changed, wholeModel} from "../support/whole-model.ts";
import {emptyCatalog, failure, sha256, temporaryFolder} from "./helpers.ts";

const model = ggufBytes(wholeModel);
const adapter = ggufBytes(changed({"general.type": "adapter", "adapter.type": "lora"}));

async function put(path: string, content: string | Buffer): Promise<string> {
  await mkdir(dirname(path), {recursive: true});
  await writeFile(path, content);
  return path;
}

/** An Ollama store with these models: for each name the kinds of its layers and their content. */
async function ollama(home: string, models: Readonly<Record<string, readonly (readonly [string, Buffer])[]>>) {
  const store = join(home, ".ollama", "models");
  for (const [name, layers] of Object.entries(models)) {
    for (const [, content] of layers) await put(join(store, "blobs", `sha256-${sha256(content)}`), content);
    const manifest = {
      schemaVersion: 2,
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      config: {
        mediaType: "application/vnd.docker.container.image.v1+json",
        digest: `sha256:${"0".repeat(64)}`,
        size: 1,
      },
      layers: layers.map(([kind, content]) => ({
        mediaType: `application/vnd.ollama.image.${kind}`,
        digest: `sha256:${sha256(content)}`,
        size: content.length,
      })),
    };
    await put(join(store, "manifests", name), JSON.stringify(manifest));
  }
  return store;
}

const library = (name: string, tag: string) => join("registry.ollama.ai", "library", name, tag);

describe("a model in Ollama's store", () => {
  test("is the blob of its manifest, by its name; the tag is latest where none is given", async () => {
    const home = await temporaryFolder();
    const other = ggufBytes(changed({"general.name": "other"}));
    const store = await ollama(home, {
      [library("tiny", "latest")]: [
        ["model", model],
        ["template", Buffer.from("{{ .Prompt }}")],
      ],
      [library("tiny", "1b")]: [["model", other]],
      [join("hf.co", "owner", "name", "Q4_K_M")]: [["model", other]],
    });
    const find = async (spec: string) =>
      await resolveModel(spec, {cwd: home, env: {HOME: home}, catalog: emptyCatalog});
    expect(await find("ollama:tiny")).toEqual({
      id: "tiny-latest",
      path: join(store, "blobs", `sha256-${sha256(model)}`),
      origin: "ollama:tiny:latest",
    });
    expect((await find("ollama:tiny:1b")).path).toContain(sha256(other));
    expect((await find("ollama:hf.co/owner/name:Q4_K_M")).path).toContain(sha256(other));
    const elsewhere = {cwd: home, env: {HOME: "/nowhere", OLLAMA_MODELS: store}, catalog: emptyCatalog};
    expect((await resolveModel("ollama:tiny:1b", elsewhere)).id).toBe("tiny-1b");
  });

  test("brings its adapter along, and takes no second one", async () => {
    const home = await temporaryFolder();
    await ollama(home, {
      [library("tuned", "latest")]: [
        ["model", model],
        ["adapter", adapter],
      ],
    });
    const options = {cwd: home, env: {HOME: home}, catalog: emptyCatalog};
    expect((await resolveModel("ollama:tuned", options)).adapter).toMatchObject({id: "tuned-latest-adapter", scale: 1});
    await put(join(home, "more.gguf"), adapter);
    expect((await failure(resolveModel("ollama:tuned+more.gguf", options))).code).toBe("two-adapters");
  });

  test("that is not there, has lost its file or is no GGUF is refused, naming what there is", async () => {
    const home = await temporaryFolder();
    const store = await ollama(home, {
      [library("tiny", "latest")]: [["model", model]],
      [library("pieces", "latest")]: [["tensor", model]],
    });
    await put(
      join(store, "manifests", library("gone", "latest")),
      JSON.stringify({layers: [{mediaType: "application/vnd.ollama.image.model", digest: `sha256:${"1".repeat(64)}`}]}),
    );
    const codes = [];
    for (const name of ["tiney", "../../tiny", "gone", "pieces"]) {
      const error = await failure(
        resolveModel(`ollama:${name}`, {cwd: home, env: {HOME: home}, catalog: emptyCatalog}),
      );
      codes.push(error.code);
      if (name === "tiney") expect(String(error.next)).toContain("tiny:latest");
    }
    expect(codes).toEqual(["model-unknown", "model-unknown", "model-missing", "model-unsupported"]);
  });
});

describe("a model in LM Studio's folder", () => {
  test("is named by publisher and name, with a quantisation or a file where there are several", async () => {
    const home = await temporaryFolder();
    const folder = join(home, ".lmstudio", "models", "owner", "name-GGUF");
    const q4 = await put(join(folder, "name-Q4_K_M.gguf"), model);
    await put(join(folder, "name-Q8_0.gguf"), model);
    await put(join(folder, "mmproj-name.gguf"), model);
    const find = async (spec: string) =>
      await resolveModel(spec, {cwd: home, env: {HOME: home}, catalog: emptyCatalog});
    expect((await find("lmstudio:owner/name-GGUF:Q4_K_M")).path).toBe(q4);
    expect((await find("lmstudio:owner/name-GGUF/name-Q4_K_M.gguf")).path).toBe(q4);
    expect((await failure(find("lmstudio:owner/name-GGUF"))).code).toBe("model-choice");
    expect((await failure(find("lmstudio:owner/other"))).code).toBe("model-unknown");
  });

  test("is found where its settings and its pointer say", async () => {
    const home = await temporaryFolder();
    await put(join(home, ".lmstudio-home-pointer"), join(home, "moved"));
    await put(join(home, "moved", "settings.json"), JSON.stringify({downloadsFolder: join(home, "big-disk")}));
    const path = await put(join(home, "big-disk", "owner", "name", "name.gguf"), model);
    const options = {cwd: home, env: {HOME: home}, catalog: emptyCatalog};
    expect(await resolveModel("lmstudio:owner/name", options)).toEqual({
      id: "name",
      path,
      origin: "lmstudio:owner/name/name",
    });
  });
});

describe("a folder or a pattern", () => {
  async function folder() {
    const cwd = await temporaryFolder();
    await put(join(cwd, "models", "a.gguf"), model);
    await put(join(cwd, "models", "deep", "b.gguf"), model);
    await put(join(cwd, "models", "tuned.gguf"), adapter);
    await put(join(cwd, "models", "mmproj-a.gguf"), ggufBytes(changed({"general.type": "mmproj"})));
    await put(join(cwd, "models", "notes.txt"), "nothing");
    await writeGguf(join(cwd, "whole.gguf"), wholeModel);
    splitModel(join(cwd, "whole.gguf"), join(cwd, "models"), "split", [2]);
    return cwd;
  }

  test("is one model for each file, a split one once, and says what it leaves out", async () => {
    const cwd = await folder();
    const {specs, remarks} = await severalModels(["models", "smollm2", "hf:o/n:Q8_0"], cwd);
    expect(specs).toEqual([
      "models/a.gguf",
      "models/deep/b.gguf",
      "models/split-00001-of-00002.gguf",
      "smollm2",
      "hf:o/n:Q8_0",
    ]);
    expect(remarks).toEqual([
      "models/mmproj-a.gguf: left out, a projector, not a language model (general.type is mmproj)",
      "models/tuned.gguf: left out, a LoRA adapter, not a model (general.type is adapter)",
    ]);
  });

  test.each([
    ["models/*.gguf", ["models/a.gguf", "models/split-00001-of-00002.gguf"]],
    ["models/**/b.gguf", ["models/deep/b.gguf"]],
    ["*/?.gguf", ["models/a.gguf"]],
    ["models/split-*-of-00002.gguf", ["models/split-00001-of-00002.gguf"]],
    ["models/a*+tuned.gguf@0.5", ["models/a.gguf+tuned.gguf@0.5"]],
  ])("%s names what a shell would", async (pattern, expected) => {
    expect((await severalModels([pattern], await folder())).specs).toEqual(expected);
  });

  test("without a model is refused, and so is one with a damaged file", async () => {
    const cwd = await folder();
    expect((await failure(severalModels(["models/z*.gguf"], cwd))).code).toBe("no-model-there");
    await put(join(cwd, "models", "cut.gguf"), model.subarray(0, 300));
    expect((await failure(severalModels(["models"], cwd))).code).toBe("model-truncated");
  });
});

test("the list of local models names each by what --model takes, with a reason where a file cannot be read", async () => {
  const home = await temporaryFolder();
  const env = {HOME: home, HF_HOME: join(home, "hf"), LABELSCOPE_HOME: join(home, "own")};
  await ollama(home, {[library("tiny", "1b")]: [["model", model]]});
  await put(join(home, ".lmstudio", "models", "owner", "name", "cut.gguf"), model.subarray(0, 300));
  await put(join(home, "own", "models", "mine.gguf"), model);
  const repository = join(home, "hf", "hub", "models--owner--name");
  await put(join(repository, "refs", "main"), "d".repeat(40));
  await put(join(repository, "snapshots", "d".repeat(40), "x-Q8_0.gguf"), model);
  const listed = await localModels(emptyCatalog, env);
  expect(listed.map(({spec, info}) => [spec, info?.architecture])).toEqual([
    ["mine", "llama"],
    ["hf:owner/name", "llama"],
    ["ollama:tiny:1b", "llama"],
    ["lmstudio:owner/name/cut", undefined],
  ]);
  expect(listed.at(-1)?.problem).toContain("ends too early");
  for (const {spec, path} of listed) {
    const found = await resolveModel(spec, {cwd: home, env, catalog: emptyCatalog});
    expect(found.path).toBe(path);
  }
});
