import {closeSync, fstatSync, openSync} from "node:fs";
import {resolve} from "node:path";
import {BadValue, Cursor, EndOfFile} from "./cursor.ts";
import {damaged, emptyFile, missingFile, notAGguf, truncated} from "./errors.ts";
import {fileTypeName} from "./file-types.ts";
import {dataEnd, type GgufTensor, readTensor} from "./tensors.ts";
import {type GgufValue, readKey, readValue} from "./values.ts";

const START_BYTES = 24;
/** As many as no model has, and still little memory. */
const MOST_ENTRIES = 1_000_000;
/** The smallest tensor entry takes 32 bytes and the smallest pair 13. */
const LEAST = {tensor: 32, pair: 13};
/** The engine maps weights where they lie, and refuses a place that is no multiple of this. */
const MAPPED_ALIGNMENT = 32;

/** Headers that were read and are still in use: a command opens a model several times, and a vocabulary takes a moment. */
const recent = new Map<string, {identity: string; header: WeakRef<GgufHeader>}>();

/** The header of one GGUF file. The lookups give `undefined` for a key that is absent or holds another type. */
export interface GgufHeader {
  readonly path: string;
  readonly fileSizeBytes: number;
  readonly values: ReadonlyMap<string, GgufValue>;
  readonly tensors: readonly GgufTensor[];
  /** The byte of the file at which the tensors' data begins. */
  readonly dataStart: number;
  readonly quantisation?: string;
  readonly text: (key: string) => string | undefined;
  readonly number: (key: string) => number | undefined;
  readonly flag: (key: string) => boolean | undefined;
  /** The texts of a list, as bytes: one latin-1 character each. */
  readonly strings: (key: string) => readonly string[] | undefined;
  readonly numbers: (key: string) => Float64Array | undefined;
}

/**
 * Reads the header of a GGUF file and holds it to the file: every length and count to the bytes that are there, every
 * tensor's place to the end of the file. Takes time and memory in proportion to the header, whatever it claims, and never
 * touches the weights.
 *
 * Of a model in several files this is one of them: see `model-files.ts`.
 *
 * @throws `model-missing`, `model-empty`, `not-a-gguf`, `model-truncated` with the bytes there and, where it can be told,
 *   the bytes needed, `model-damaged` with the byte or the key at which the header makes no sense
 */
export function readHeader(path: string): GgufHeader {
  const file = resolve(path);
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (cause) {
    throw missingFile(file, cause);
  }
  try {
    const facts = fstatSync(descriptor, {bigint: true});
    if (!facts.isFile()) throw missingFile(file, new Error("it is not a file"));
    const identity = [facts.size, facts.dev, facts.ino, facts.mtimeNs, facts.ctimeNs].join(":");
    const kept = recent.get(file);
    const before = kept?.identity === identity ? kept.header.deref() : undefined;
    if (before !== undefined) return before;
    const size = Number(facts.size);
    const header = parse(file, size, new Cursor(descriptor, size));
    recent.set(file, {identity, header: new WeakRef(header)});
    return header;
  } catch (error) {
    if (error instanceof EndOfFile) throw truncated(file, fstatSync(descriptor).size);
    if (error instanceof BadValue) throw damaged(file, [`at byte ${error.offset}: ${error.message}`]);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function parse(path: string, sizeBytes: number, cursor: Cursor): GgufHeader {
  const counts = readStart(path, sizeBytes, cursor);
  const values = new Map<string, GgufValue>();
  for (let index = 0; index < counts.pairs; index++) {
    const at = cursor.position;
    const key = readKey(cursor);
    if (values.has(key)) throw new BadValue(at, `${key} stands twice`);
    values.set(key, readValue(cursor, key));
  }
  const tensors: GgufTensor[] = [];
  for (let index = 0; index < counts.tensors; index++) tensors.push(readTensor(cursor));
  const alignment = alignmentOf(values);
  const dataStart = Math.ceil(cursor.position / alignment) * alignment;
  if (tensors.length > 0 && dataStart % MAPPED_ALIGNMENT !== 0)
    throw new BadValue(dataStart, `the weights begin here, at no multiple of ${MAPPED_ALIGNMENT}`);
  const end = dataEnd(tensors, alignment);
  if (typeof end === "string") throw damaged(path, [end]);
  const neededBytes = tensors.length === 0 ? cursor.position : dataStart + end;
  if (neededBytes > sizeBytes) throw truncated(path, sizeBytes, neededBytes);
  return {path, fileSizeBytes: sizeBytes, tensors, dataStart, values, ...lookups(values)};
}

function readStart(path: string, sizeBytes: number, cursor: Cursor): {tensors: number; pairs: number} {
  if (sizeBytes === 0) throw emptyFile(path);
  const start = Buffer.from(cursor.take(Math.min(START_BYTES, sizeBytes)));
  if (start.toString("latin1", 0, 4) !== "GGUF") throw notAGguf(path, start);
  if (start.length < START_BYTES) throw truncated(path, sizeBytes, START_BYTES);
  const version = start.readUInt32LE(4);
  if (version < 2 || version > 3) throw new BadValue(4, `GGUF version ${version}; 2 and 3 are read`);
  const [tensors, pairs] = [Number(start.readBigUInt64LE(8)), Number(start.readBigUInt64LE(16))];
  if (tensors > MOST_ENTRIES) throw new BadValue(8, `${tensors} tensors`);
  if (pairs > MOST_ENTRIES) throw new BadValue(16, `${pairs} metadata entries`);
  const leastBytes = START_BYTES + tensors * LEAST.tensor + pairs * LEAST.pair;
  if (leastBytes > sizeBytes) throw truncated(path, sizeBytes, leastBytes);
  return {tensors, pairs};
}

function alignmentOf(values: ReadonlyMap<string, GgufValue>): number {
  const found = values.get("general.alignment");
  if (found === undefined) return MAPPED_ALIGNMENT;
  const alignment = found.type === "uint32" ? found.value : Number.NaN;
  const isPowerOfTwo = Number.isInteger(Math.log2(alignment));
  if (alignment >= 8 && alignment <= 2 ** 20 && isPowerOfTwo) return alignment;
  const said = found.type === "uint32" ? String(alignment) : `a ${found.type}`;
  throw new BadValue(found.offset, `general.alignment is ${said}; it is a power of two from 8 on, as a uint32`);
}

type Lookups = Pick<GgufHeader, "quantisation" | "text" | "number" | "flag" | "strings" | "numbers">;

function lookups(values: ReadonlyMap<string, GgufValue>): Lookups {
  const number = (key: string) => {
    const found = values.get(key);
    return typeof found !== "undefined" && "value" in found && typeof found.value === "number"
      ? found.value
      : undefined;
  };
  const quantisation = fileTypeName(number("general.file_type"));
  return {
    ...(quantisation === undefined ? {} : {quantisation}),
    number,
    text: key => {
      const found = values.get(key);
      return found?.type === "string" ? Buffer.from(found.value, "latin1").toString("utf8") : undefined;
    },
    flag: key => {
      const found = values.get(key);
      return found?.type === "bool" ? found.value : undefined;
    },
    strings: key => {
      const found = values.get(key);
      return found?.type === "array" && found.of === "string" ? found.strings : undefined;
    },
    numbers: key => {
      const found = values.get(key);
      return found?.type === "array" && found.of !== "string" ? found.numbers : undefined;
    },
  };
}
