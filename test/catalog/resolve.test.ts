import {mkdir, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import type {Catalog} from "../../src/catalog/catalog.ts";
import {resolveModel} from "../../src/catalog/resolve.ts";
import {type CatalogEntry, catalogEntrySchema} from "../../src/records/catalog.ts";
import {failure, temporaryFolder} from "./helpers.ts";

function entry(id: string, more: object = {}): CatalogEntry {
  return catalogEntrySchema.parse({
    id,
    family: "test",
    title: id,
    variant: "base",
    quantisation: "F32",
    licence: {id: "mit", name: "MIT"},
    verified: false,
    sources: [{kind: "hf", repo: "owner/name", file: `${id}.gguf`}],
    ...more,
  });
}

/** A home with one pulled model and one pulled adapter, a folder of embedded files, and a working folder. */
async function place() {
  const root = await temporaryFolder();
  const [home, folder, cwd] = [join(root, "home"), join(root, "models"), join(root, "work")];
  for (const path of [join(home, "models"), folder, join(cwd, "sub")]) await mkdir(path, {recursive: true});
  await writeFile(join(home, "models", "pulled.gguf"), "GGUF");
  await writeFile(join(home, "models", "tuned.gguf"), "GGUF");
  await writeFile(join(home, "models", "mine.gguf"), "GGUF");
  await writeFile(join(folder, "small.gguf"), "GGUF");
  await writeFile(join(cwd, "sub", "my model+v2.gguf"), "GGUF");
  const embedded = {sha256: "0".repeat(64), sources: [{kind: "embedded", path: "small.gguf"}]};
  const catalog: Catalog = {
    models: [entry("pulled"), entry("distant"), entry("tuned", {variant: "lora"}), entry("small", embedded)],
    folder,
  };
  return {home, folder, options: {cwd, env: {LABELSCOPE_HOME: home}, catalog}};
}

describe("a model", () => {
  test("of the catalogue is found where it was pulled to", async () => {
    const {home, options} = await place();
    const model = await resolveModel("pulled", options);
    expect(model).toMatchObject({id: "pulled", path: join(home, "models", "pulled.gguf"), entry: {id: "pulled"}});
  });

  test("that ships with labelscope needs no pull", async () => {
    const {folder, options} = await place();
    expect((await resolveModel("small", options)).path).toBe(join(folder, "small.gguf"));
  });

  test("that was pulled under a name of its own is found by it", async () => {
    const {home, options} = await place();
    expect(await resolveModel("mine", options)).toEqual({id: "mine", path: join(home, "models", "mine.gguf")});
  });

  test("given as a path gets a name that a folder can have", async () => {
    const {options} = await place();
    const model = await resolveModel("sub/my model+v2.gguf", options);
    expect(model).toEqual({id: "my-model-v2", path: join(options.cwd, "sub", "my model+v2.gguf")});
  });

  test("with an adapter is named after both and the scale", async () => {
    const {options} = await place();
    const model = await resolveModel("sub/my model+v2.gguf+tuned@0.5", options);
    expect(model.id).toBe("my-model-v2+tuned@0.5");
    expect(model.adapter).toMatchObject({id: "tuned", scale: 0.5, entry: {variant: "lora"}});
  });

  test("that is not here yet is refused with the command that pulls it", async () => {
    const {options} = await place();
    const error = await failure(resolveModel("distant", options));
    expect(error.code).toBe("model-not-pulled");
    expect(error.next).toEqual(["labelscope models pull distant"]);
  });

  test("that nobody knows is refused with near names", async () => {
    const {options} = await place();
    const error = await failure(resolveModel("puled", options));
    expect(error).toMatchObject({code: "model-unknown", facts: {near: ["pulled", "tuned"]}});
  });

  test("whose file is missing is refused with the place looked at", async () => {
    const {options} = await place();
    const error = await failure(resolveModel("sub/none.gguf", options));
    expect(error.code).toBe("model-missing");
    expect(error.details.join()).toContain(join(options.cwd, "sub", "none.gguf"));
  });

  test("whose size is not the catalogue's is refused before it is loaded", async () => {
    const {options} = await place();
    const catalog = {...options.catalog, models: [entry("pulled", {sizeBytes: 99})]};
    expect((await failure(resolveModel("pulled", {...options, catalog}))).code).toBe("model-damaged");
  });

  test("cannot stand in an adapter's place, nor an adapter in a model's", async () => {
    const {options} = await place();
    expect((await failure(resolveModel("tuned", options))).code).toBe("model-unsupported");
    expect((await failure(resolveModel("pulled+small", options))).code).toBe("adapter-is-model");
  });

  test("is never looked for outside the home by a name with dots and slashes", async () => {
    const {options} = await place();
    expect((await failure(resolveModel("../../models/small", options))).code).toBe("model-missing");
  });
});
