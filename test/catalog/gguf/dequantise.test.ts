import {readFileSync} from "node:fs";
import {join} from "node:path";
import {expect, test} from "vitest";
import {z} from "zod";
import {dequantise} from "../../../src/catalog/gguf/dequantise.ts";

/** Made by scripts/golden/dequantise.py with the gguf package. */
const golden = z
  .array(z.object({type: z.int(), name: z.string(), bytes: z.string(), values: z.string()}))
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../../golden/dequantise.golden.json"), "utf8")));

test.each(golden)("$name blocks stand for the numbers that the gguf package reads", ({type, bytes, values}) => {
  const wanted = Buffer.from(values, "base64");
  const numbers = Array.from({length: wanted.length / 4}, (_, at) => wanted.readFloatLE(4 * at));
  const found = Array.from(dequantise(type, Buffer.from(bytes, "base64")) ?? []);
  expect(found).toHaveLength(numbers.length);
  found.forEach((value, at) => {
    expect(Math.abs(value - (numbers[at] ?? Number.NaN))).toBeLessThanOrEqual(1e-6 * Math.max(1, Math.abs(value)));
  });
});

test("a type whose blocks are not known gives nothing", () => {
  expect(dequantise(23, new Uint8Array(136))).toBeUndefined();
});
