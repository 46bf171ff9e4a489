import {BadValue, type Cursor} from "./cursor.ts";

/** The types of a GGUF value by the number that stands in a file (GGUF specification, `gguf_metadata_value_type`). */
const types = [
  "uint8",
  "int8",
  "uint16",
  "int16",
  "uint32",
  "int32",
  "float32",
  "bool",
  "string",
  "array",
  "uint64",
  "int64",
  "float64",
] as const;
export type GgufType = (typeof types)[number];
type NumberType = Exclude<GgufType, "string" | "array" | "bool">;

const widths: Readonly<Record<NumberType | "bool", number>> = {
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  uint32: 4,
  int32: 4,
  float32: 4,
  bool: 1,
  uint64: 8,
  int64: 8,
  float64: 8,
};

/** A metadata value. Strings are kept as their bytes, one latin-1 character each: they need not be UTF-8. */
export type GgufValue =
  | {readonly type: NumberType; readonly value: number; readonly offset: number}
  | {readonly type: "bool"; readonly value: boolean; readonly offset: number}
  | {readonly type: "string"; readonly value: string; readonly offset: number}
  | {readonly type: "array"; readonly of: "string"; readonly strings: readonly string[]; readonly offset: number}
  | {
      readonly type: "array";
      readonly of: NumberType | "bool";
      readonly numbers: Float64Array;
      readonly offset: number;
    };

/**
 * No key, text or list of a model is longer: vocabularies have some 10^5 entries, chat templates some 10^4 bytes. The engine
 * itself would try to allocate up to 2^30.
 */
const LIMITS = {keyBytes: 65_535, textBytes: 2 ** 26, elements: 2 ** 26};

export function readKey(cursor: Cursor): string {
  const at = cursor.position;
  const length = cursor.u64();
  if (length === 0 || length > LIMITS.keyBytes) throw new BadValue(at, `a key of ${length} bytes`);
  return cursor.take(length).toString("utf8");
}

/** The bytes of a text, one latin-1 character each. */
export function readText(cursor: Cursor, what: string): string {
  return cursor.latin1(readTextLength(cursor, what));
}

function readTextLength(cursor: Cursor, what: string): number {
  const length = cursor.u64();
  if (length > LIMITS.textBytes) throw new BadValue(cursor.position - 8, `${what} claims a text of ${length} bytes`);
  return length;
}

/** A list of texts that is taken apart by its first reader: of a tokeniser's merges nobody asks in most commands. */
function textList(bytes: Buffer, length: number, offset: number): GgufValue {
  let strings: readonly string[] | undefined;
  return {
    type: "array",
    of: "string",
    offset,
    get strings() {
      strings ??= splitTexts(bytes, length);
      return strings;
    },
  };
}

function splitTexts(bytes: Buffer, length: number): string[] {
  const texts: string[] = [];
  let at = 0;
  for (let index = 0; index < length; index++) {
    const start = at + 8;
    at = start + bytes.readUInt32LE(at); // texts are shorter than 2^26 bytes
    texts.push(bytes.toString("latin1", start, at));
  }
  return texts;
}

/** The value that stands behind a key. */
export function readValue(cursor: Cursor, key: string): GgufValue {
  const offset = cursor.position;
  const type = readType(cursor, key);
  if (type === "string") return {type, value: readText(cursor, key), offset};
  if (type === "bool") return {type, value: cursor.u8() !== 0, offset};
  if (type !== "array") return {type, value: numberOf(type, cursor.take(widths[type]), 0), offset};
  const of = readType(cursor, key);
  const at = cursor.position;
  const length = cursor.u64();
  if (length > LIMITS.elements) throw new BadValue(at, `${key} claims ${length} elements`);
  if (of === "array") throw new BadValue(offset, `${key} is a list of lists, which the engine does not read`);
  if (of === "string") {
    const start = cursor.position;
    for (let index = 0; index < length; index++) cursor.skip(readTextLength(cursor, key));
    return textList(cursor.since(start), length, offset);
  }
  const width = widths[of];
  const bytes = cursor.take(length * width);
  const numbers = new Float64Array(length);
  for (let index = 0; index < length; index++) {
    numbers[index] = of === "bool" ? bytes.readUInt8(index) : numberOf(of, bytes, index * width);
  }
  return {type, of, numbers, offset};
}

function readType(cursor: Cursor, key: string): GgufType {
  const at = cursor.position;
  const number = cursor.u32();
  const type = types[number];
  if (type === undefined) throw new BadValue(at, `${key} is of type ${number}, which GGUF does not have`);
  return type;
}

function numberOf(type: NumberType, bytes: Buffer, at: number): number {
  switch (type) {
    case "uint8":
      return bytes.readUInt8(at);
    case "int8":
      return bytes.readInt8(at);
    case "uint16":
      return bytes.readUInt16LE(at);
    case "int16":
      return bytes.readInt16LE(at);
    case "uint32":
      return bytes.readUInt32LE(at);
    case "int32":
      return bytes.readInt32LE(at);
    case "float32":
      return bytes.readFloatLE(at);
    case "uint64":
      return Number(bytes.readBigUInt64LE(at));
    case "int64":
      return Number(bytes.readBigInt64LE(at));
    case "float64":
      return bytes.readDoubleLE(at);
  }
}

/** Whether a number is stored as a whole one. */
export function isInteger(type: GgufType): boolean {
  return type.includes("int");
}
