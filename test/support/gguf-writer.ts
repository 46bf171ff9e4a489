import {writeFile} from "node:fs/promises";

export type GgufValue =
  | string
  | number
  | boolean
  | {readonly float: number}
  | {readonly floats: readonly number[]}
  | {readonly ints: readonly number[]}
  | readonly string[];

export interface GgufDraft {
  readonly metadata: Readonly<Record<string, GgufValue>>;
  /** All of type F32 (GGUF type 0), zeros if no values are given. Dimensions stand fastest first, as in the file. */
  readonly tensors: readonly {
    readonly name: string;
    readonly dimensions: readonly number[];
    readonly values?: readonly number[];
  }[];
}

const alignment = 32;

/** The bytes of a small GGUF file, version 3. Numbers are written as uint32, `{float}` as float32. */
export function ggufBytes(draft: GgufDraft): Buffer {
  const pairs = Object.entries(draft.metadata);
  const head = [Buffer.from("GGUF"), u32(3), u64(draft.tensors.length), u64(pairs.length)];
  for (const [key, value] of pairs) head.push(text(key), ...typed(value));
  let offset = 0;
  for (const {name, dimensions} of draft.tensors) {
    head.push(text(name), u32(dimensions.length), ...dimensions.map(u64), u32(0), u64(offset));
    offset += padded(4 * dimensions.reduce((a, b) => a * b, 1));
  }
  const header = Buffer.concat(head);
  const data = Buffer.alloc(offset);
  let at = 0;
  for (const {dimensions, values = []} of draft.tensors) {
    for (const [index, value] of values.entries()) data.writeFloatLE(value, at + 4 * index);
    at += padded(4 * dimensions.reduce((a, b) => a * b, 1));
  }
  return Buffer.concat([header, Buffer.alloc(padded(header.length) - header.length), data]);
}

export async function writeGguf(path: string, draft: GgufDraft): Promise<Buffer> {
  const bytes = ggufBytes(draft);
  await writeFile(path, bytes);
  return bytes;
}

function typed(value: GgufValue): Buffer[] {
  if (typeof value === "string") return [u32(8), text(value)];
  if (typeof value === "number") return [u32(4), u32(value)];
  if (typeof value === "boolean") return [u32(7), Buffer.from([value ? 1 : 0])];
  if ("float" in value) return [u32(6), f32(value.float)];
  if ("floats" in value) return [u32(9), u32(6), u64(value.floats.length), ...value.floats.map(f32)];
  if ("ints" in value) return [u32(9), u32(5), u64(value.ints.length), ...value.ints.map(u32)];
  return [u32(9), u32(8), u64(value.length), ...value.map(text)];
}

function padded(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
