import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {resolveModel} from "../../src/catalog/resolve.ts";
import {withLora} from "../../src/commands/lora-flag.ts";

describe("withLora", () => {
  test("leaves models alone where no adapter is given", () => {
    expect(withLora(["a", "b+c@2"], {})).toEqual(["a", "b+c@2"]);
  });

  test("resolves to the adapter and the scale, whatever the file is called", async () => {
    const cwd = await mkdtemp(join(tmpdir(), "labelscope-lora-"));
    for (const name of ["base.gguf", "tuned+more@1.gguf"]) await writeFile(join(cwd, name), "");
    const catalog = {models: [], folder: cwd};
    const resolved = async (scale: number | undefined) => {
      const [spec = ""] = withLora(["base.gguf"], {lora: "tuned+more@1.gguf", scale});
      const {path, adapter} = await resolveModel(spec, {cwd, env: {LABELSCOPE_HOME: cwd}, catalog});
      return {path, adapter: adapter?.path, scale: adapter?.scale};
    };
    const files = {path: join(cwd, "base.gguf"), adapter: join(cwd, "tuned+more@1.gguf")};
    const found = [await resolved(undefined), await resolved(1), await resolved(0.5), await resolved(-1e-7)];
    await rm(cwd, {recursive: true});
    expect(found).toEqual([1, 1, 0.5, -1e-7].map(scale => ({...files, scale})));
  });

  test("refuses a scale without an adapter, and an adapter without a name", () => {
    expect(() => withLora(["a"], {scale: 0.5})).toThrow("scales nothing");
    expect(() => withLora(["a"], {lora: ""})).toThrow("names no adapter");
  });
});
