// A GGUF reader that knows nothing of the one under test: it notes where every field stands, so that each can be mutated.
// Only whole version 3 files are read. Format: github.com/ggml-org/ggml/blob/master/docs/gguf.md
const SIZES = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];
const STRING = 8;
const ARRAY = 9;

/**
 * @returns `fields`: {at, size, what, key} in file order; `pairs`: {key, type, start, end} of each whole pair; `tensors`;
 *   `metadataEnd`; `dataStart`
 */
export function fieldsOf(bytes) {
  const fields = [];
  let at = 4;
  const number = (size, what, key) => {
    fields.push({at, size, what, key});
    const value = size === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUIntLE(at, Math.min(size, 6));
    at += size;
    return value;
  };
  const text = (what, key) => {
    const length = number(8, `${what} length`, key);
    fields.push({at, size: length, what, key});
    at += length;
    return bytes.toString("utf8", at - length, at);
  };
  const value = (type, key, inside) => {
    if (type === STRING) return text(inside ? "entry" : "text", key);
    if (type !== ARRAY) return number(SIZES[type], inside ? "element" : "number", key);
    const of = number(4, "array type", key);
    const count = number(8, "array count", key);
    for (let i = 0; i < count; i++) value(of, key, true);
    return undefined;
  };
  number(4, "version");
  const tensorCount = number(8, "tensor count");
  const pairCount = number(8, "pair count");
  const pairs = [];
  for (let i = 0; i < pairCount; i++) {
    const start = at;
    const key = text("key");
    const type = number(4, "value type", key);
    const valueAt = at;
    value(type, key, false);
    pairs.push({key, type, start, valueAt, end: at});
  }
  const metadataEnd = at;
  const tensors = [];
  for (let i = 0; i < tensorCount; i++) {
    const name = text("tensor name");
    const dimensionCount = number(4, "dimension count", name);
    const dimensions = Array.from({length: dimensionCount}, () => number(8, "dimension", name));
    const type = number(4, "tensor type", name);
    tensors.push({name, dimensions, type, offset: number(8, "offset", name)});
  }
  return {fields, pairs, tensors, metadataEnd, headerEnd: at, dataStart: padded(at)};
}

/** The same file with pairs left out, replaced or added; tensors and data stay as they are. */
export function withPairs(bytes, changes) {
  const {pairs, metadataEnd, headerEnd, dataStart} = fieldsOf(bytes);
  const kept = pairs.filter(({key}) => !(key in changes)).map(({start, end}) => bytes.subarray(start, end));
  const added = Object.entries(changes).flatMap(([key, value]) => (value === undefined ? [] : [pair(key, value)]));
  const head = Buffer.concat([
    bytes.subarray(0, 16),
    u64(kept.length + added.length),
    ...kept,
    ...added,
    bytes.subarray(metadataEnd, headerEnd),
  ]);
  return Buffer.concat([head, Buffer.alloc(padded(head.length) - head.length), bytes.subarray(dataStart)]);
}

/** A value is {u32}, {i32}, {f32}, {bool}, {text}, {texts}, {i32s} or {f32s}. Texts may be buffers. */
function pair(key, value) {
  const [[kind, content]] = Object.entries(value);
  const list = (type, entries) => Buffer.concat([u32(9), u32(type), u64(entries.length), ...entries]);
  const typed = {
    u32: () => Buffer.concat([u32(4), u32(content)]),
    i32: () => Buffer.concat([u32(5), i32(content)]),
    f32: () => Buffer.concat([u32(6), f32(content)]),
    bool: () => Buffer.concat([u32(7), Buffer.from([content ? 1 : 0])]),
    text: () => Buffer.concat([u32(8), string(content)]),
    texts: () => list(8, content.map(string)),
    i32s: () => list(5, content.map(i32)),
    f32s: () => list(6, content.map(f32)),
  };
  return Buffer.concat([string(key), typed[kind]()]);
}

/** The parts of a model, as gguf-split makes them; `after` tensors stand in each part but the last. */
export function partsOf(bytes, after) {
  const {pairs, tensors, metadataEnd, dataStart} = fieldsOf(bytes);
  const starts = [0];
  for (const count of after) starts.push(starts.at(-1) + count);
  starts.push(tensors.length);
  const ends = [...tensors.slice(1).map(({offset}) => offset), bytes.length - dataStart];
  const count = starts.length - 1;
  return starts.slice(0, -1).map((start, part) => {
    const own = tensors.slice(start, starts[part + 1]);
    const head = [Buffer.from("GGUF"), u32(3), u64(own.length), u64((part === 0 ? pairs.length : 0) + 3)];
    if (part === 0) head.push(bytes.subarray(24, metadataEnd));
    head.push(string("split.no"), u32(2), u32(part).subarray(0, 2));
    head.push(string("split.count"), u32(2), u32(count).subarray(0, 2));
    head.push(string("split.tensors.count"), u32(5), u32(tensors.length));
    const data = [];
    let offset = 0;
    for (const [i, tensor] of own.entries()) {
      head.push(string(tensor.name), u32(tensor.dimensions.length), ...tensor.dimensions.map(u64));
      head.push(u32(tensor.type), u64(offset));
      const content = bytes.subarray(dataStart + tensor.offset, dataStart + ends[start + i]);
      data.push(content, Buffer.alloc(padded(content.length) - content.length));
      offset += padded(content.length);
    }
    const header = Buffer.concat(head);
    return Buffer.concat([header, Buffer.alloc(padded(header.length) - header.length), ...data]);
  });
}

const padded = length => Math.ceil(length / 32) * 32;

function sized(size, write) {
  const buffer = Buffer.alloc(size);
  write(buffer);
  return buffer;
}
const u32 = value => sized(4, buffer => buffer.writeUInt32LE(value >>> 0));
const i32 = value => sized(4, buffer => buffer.writeInt32LE(value));
const f32 = value => sized(4, buffer => buffer.writeFloatLE(value));
const u64 = value => sized(8, buffer => buffer.writeBigUInt64LE(BigInt(value)));
const string = value => {
  const content = Buffer.from(value);
  return Buffer.concat([u64(content.length), content]);
};
