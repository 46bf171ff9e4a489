import {closeSync, openSync, readSync} from "node:fs";
import {dequantise} from "./dequantise.ts";
import type {ModelFiles} from "./model-files.ts";
import type {GgufTensor} from "./tensors.ts";

/** Rows that are looked at, evenly over the vocabulary. */
const ROWS = 24;
/** The cosine of two rows that are one row rounded twice: 0.9 and more even at two bits; of two matrices that were trained apart about 0. */
const SAME_FROM = 0.85;

/**
 * Whether the output matrix of a model is its token embedding, stored a second time in another precision, as converters do
 * with tied models whose embedding they quantise.
 *
 * A few rows of both are read and compared; only the files' bytes are touched.
 *
 * @returns absent if there are not two matrices of one shape, or if the type of one of them is not read here
 */
export function storesOutputTwice({header, tensors, fileOf, dataStartOf}: ModelFiles): boolean | undefined {
  const [embedding, output] = ["token_embd.weight", "output.weight"].map(name =>
    tensors.find(one => one.name === name),
  );
  if (embedding === undefined || output === undefined || header.text("general.type") === "adapter") return undefined;
  const [, count = 0] = embedding.dimensions;
  if (embedding.dimensions.join() !== output.dimensions.join() || count === 0) return undefined;
  const cosines: number[] = [];
  for (let at = 0; at < Math.min(ROWS, count); at++) {
    const row = Math.floor((at * count) / Math.min(ROWS, count));
    const [one, other] = [embedding, output].map(tensor => readRow(tensor, row, fileOf(tensor.name), dataStartOf));
    if (one === undefined || other === undefined) return undefined;
    const cosine = cosineOf(one, other);
    // Rows of tokens that were never trained may be zero.
    if (cosine !== undefined) cosines.push(cosine);
  }
  cosines.sort((one, other) => one - other);
  const median = cosines[Math.floor(cosines.length / 2)];
  return median === undefined ? undefined : median >= SAME_FROM;
}

function readRow(
  {type, sizeBytes, dimensions, dataOffset}: GgufTensor,
  row: number,
  path: string,
  dataStartOf: ModelFiles["dataStartOf"],
): Float32Array | undefined {
  const bytes = sizeBytes / (dimensions[1] ?? 1);
  if (!Number.isInteger(bytes) || bytes === 0) return undefined;
  const file = openSync(path, "r");
  try {
    const buffer = new Uint8Array(bytes);
    const read = readSync(file, buffer, 0, bytes, dataStartOf(path) + dataOffset + row * bytes);
    return read === bytes ? dequantise(type, buffer) : undefined;
  } finally {
    closeSync(file);
  }
}

function cosineOf(one: Float32Array, other: Float32Array): number | undefined {
  let [product, ofOne, ofOther] = [0, 0, 0];
  for (const [at, value] of one.entries()) {
    const twin = other[at] ?? 0;
    product += value * twin;
    ofOne += value * value;
    ofOther += twin * twin;
  }
  const length = Math.sqrt(ofOne * ofOther);
  return length > 0 && Number.isFinite(length) ? product / length : undefined;
}
