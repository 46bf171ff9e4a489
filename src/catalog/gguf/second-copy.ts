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
  const places = Array.from({length: Math.min(ROWS, count)}, (_, at) =>
    Math.floor((at * count) / Math.min(ROWS, count)),
  );
  const [ones, others] = [embedding, output].map(tensor => readRows(tensor, places, fileOf(tensor.name), dataStartOf));
  if (ones === undefined || others === undefined) return undefined;
  // Rows of tokens that were never trained may be zero.
  const cosines = ones.flatMap((one, at) => cosineOf(one, others[at] ?? one) ?? []);
  cosines.sort((one, other) => one - other);
  const median = cosines[Math.floor(cosines.length / 2)];
  return median === undefined ? undefined : median >= SAME_FROM;
}

/** Some rows of a matrix; absent if one of them cannot be read. */
function readRows(
  {type, sizeBytes, dimensions, dataOffset}: GgufTensor,
  rows: readonly number[],
  path: string,
  dataStartOf: ModelFiles["dataStartOf"],
): Float32Array[] | undefined {
  const bytes = sizeBytes / (dimensions[1] ?? 1);
  if (!Number.isInteger(bytes) || bytes === 0) return undefined;
  const file = openSync(path, "r");
  try {
    const buffer = new Uint8Array(bytes);
    const found = rows.flatMap(row => {
      const read = readSync(file, buffer, 0, bytes, dataStartOf(path) + dataOffset + row * bytes);
      const numbers = read === bytes ? dequantise(type, buffer) : undefined;
      return numbers === undefined ? [] : [numbers];
    });
    return found.length === rows.length ? found : undefined;
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
