import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {readSpec} from "../../src/catalog/spec.ts";
import {failure} from "./helpers.ts";

const among =
  (...names: string[]) =>
  async (name: string) =>
    names.includes(name);

describe("a model SPEC", () => {
  test.each([
    ["base", ["base"], {model: "base"}],
    ["base+lora", ["base", "lora"], {model: "base", adapter: {name: "lora", scale: 1}}],
    ["base+lora@0.5", ["base", "lora"], {model: "base", adapter: {name: "lora", scale: 0.5}}],
    ["base+lora@-1e-1", ["base", "lora"], {model: "base", adapter: {name: "lora", scale: -0.1}}],
    ["a+b.gguf", ["a+b.gguf", "a", "b.gguf"], {model: "a+b.gguf"}],
    ["a+b.gguf+c.gguf", ["a+b.gguf", "c.gguf"], {model: "a+b.gguf", adapter: {name: "c.gguf", scale: 1}}],
    ["a+b+c", ["a", "b+c"], {model: "a", adapter: {name: "b+c", scale: 1}}],
    ["a+b@2", ["a", "b@2", "b"], {model: "a", adapter: {name: "b@2", scale: 1}}],
    ["a+b@2@3", ["a", "b@2"], {model: "a", adapter: {name: "b@2", scale: 3}}],
    ["a+b@half", ["a"], {model: "a", adapter: {name: "b@half", scale: 1}}],
    ["a+b+nothing@2", ["a+b"], {model: "a+b", adapter: {name: "nothing", scale: 2}}],
    ["nobody+knows", [], {model: "nobody", adapter: {name: "knows", scale: 1}}],
  ])("%s with %j on the disk is %j", async (spec, existing, expected) => {
    expect(await readSpec(spec, among(...existing))).toEqual(expected);
  });

  test.each(["", "  ", "+", "base+", "+lora"])("%j names nothing and is refused", async spec => {
    expect((await failure(readSpec(spec, among("base")))).code).toBe("model-spec");
  });

  test("with something else than a number after an adapter that is there says so", async () => {
    for (const after of ["", "half", "1,5"]) {
      const {code, message} = await failure(readSpec(`base+lora@${after}`, among("base", "lora")));
      expect({code, message}).toEqual({code: "model-spec", message: `"${after}" after lora@ is no number`});
    }
  });

  test("that is the name of a file is that file, whatever is in it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({minLength: 1}).filter(name => name.trim() !== ""),
        async name => {
          expect(await readSpec(name, among(name))).toEqual({model: name});
        },
      ),
    );
  });

  test("made of two known names and a scale gives them back", async () => {
    const name = fc.stringMatching(/^[a-z0-9.@/-]+$/);
    const scale = fc.double({noNaN: true, noDefaultInfinity: true});
    await fc.assert(
      fc.asyncProperty(name, name, scale, async (model, adapter, scale) => {
        const parts = await readSpec(`${model}+${adapter}@${scale}`, among(model, adapter));
        expect(parts).toEqual({model, adapter: {name: adapter, scale: Number(String(scale))}});
      }),
    );
  });
});
