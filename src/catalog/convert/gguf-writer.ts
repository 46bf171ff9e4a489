/** A value of a GGUF header. A plain number is written as uint32, `float` as float32. */
export type MetadataValue =
  | string
  | number
  | boolean
  | {readonly float: number}
  | {readonly strings: readonly string[]}
  | {readonly int32s: readonly number[]};

/** A tensor to be written: its bytes are asked for when their turn has come, one tensor at a time. */
export interface TensorDraft {
  readonly name: string;
  /** Fastest-varying first, as GGUF stores them. */
  readonly dimensions: readonly number[];
  readonly type: "F32" | "F16";
  readonly read: () => Promise<Uint8Array>;
}

const alignment = 32;
const typeCodes = {F32: 0, F16: 1} as const;
const elementBytes = {F32: 4, F16: 2} as const;

/** The length of a tensor's bytes. */
function draftBytes({dimensions, type}: Pick<TensorDraft, "dimensions" | "type">): number {
  return dimensions.reduce((product, size) => product * size, elementBytes[type]);
}

/**
 * A GGUF file, version 3, as a stream of its bytes: the same input gives the same bytes everywhere.
 *
 * @throws RangeError where a tensor's bytes are not as many as its dimensions say
 */
export async function* ggufChunks(
  metadata: ReadonlyMap<string, MetadataValue>,
  tensors: readonly TensorDraft[],
): AsyncGenerator<Uint8Array> {
  const head = [Buffer.from("GGUF", "latin1"), u32(3), u64(tensors.length), u64(metadata.size)];
  for (const [key, value] of metadata) for (const part of [text(key), ...typed(value)]) head.push(part);
  let offset = 0;
  for (const tensor of tensors) {
    const {name, dimensions, type} = tensor;
    const parts = [text(name), u32(dimensions.length), ...dimensions.map(u64), u32(typeCodes[type]), u64(offset)];
    for (const part of parts) head.push(part);
    offset += padded(draftBytes(tensor));
  }
  const header = Buffer.concat(head);
  yield header;
  yield zeros(header.length);
  for (const tensor of tensors) {
    const bytes = await tensor.read();
    if (bytes.length !== draftBytes(tensor)) throw new RangeError(`${tensor.name}: ${bytes.length} bytes`);
    yield bytes;
    yield zeros(bytes.length);
  }
}

function typed(value: MetadataValue): Buffer[] {
  if (typeof value === "string") return [u32(8), text(value)];
  if (typeof value === "number") return [u32(4), u32(value)];
  if (typeof value === "boolean") return [u32(7), Buffer.from([value ? 1 : 0])];
  if ("float" in value) return [u32(6), f32(value.float)];
  if ("strings" in value) return [u32(9), u32(8), u64(value.strings.length), ...value.strings.map(text)];
  return [u32(9), u32(5), u64(value.int32s.length), ...value.int32s.map(u32)];
}

function padded(length: number): number {
  return Math.ceil(length / alignment) * alignment;
}

function zeros(after: number): Uint8Array {
  return new Uint8Array(padded(after) - after);
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
