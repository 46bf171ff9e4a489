import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";
import {partFile} from "../../src/catalog/gguf/part-name.ts";

/**
 * Splits a GGUF file into parts as gguf-split does: the first holds all metadata, every part names its place, and each has
 * its own tensors. Bytes are taken over as they are, by a reader of its own, which knows nothing of the one under test.
 *
 * @param after how many tensors stand in each part but the last
 * @returns the paths in order
 */
export function splitModel(source: string, folder: string, stem: string, after: readonly number[]): string[] {
  const bytes = readFileSync(source);
  let at = 24;
  const u64 = () => {
    at += 8;
    return Number(bytes.readBigUInt64LE(at - 8));
  };
  const u32 = () => {
    at += 4;
    return bytes.readUInt32LE(at - 4);
  };
  const text = () => {
    const length = u64();
    at += length;
    return bytes.toString("utf8", at - length, at);
  };
  const sizes = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
  const skip = (type: number): void => {
    if (type === 8) text();
    else if (type === 9) {
      const of = u32();
      const count = u64();
      for (let i = 0; i < count; i++) skip(of);
    } else at += sizes[type] ?? Number.NaN;
  };
  const tensorCount = Number(bytes.readBigUInt64LE(8));
  const pairCount = Number(bytes.readBigUInt64LE(16));
  for (let i = 0; i < pairCount; i++) {
    text();
    skip(u32());
  }
  const metadata = bytes.subarray(24, at);
  const tensors = Array.from({length: tensorCount}, () => {
    const name = text();
    const dimensions = Array.from({length: u32()}, u64);
    return {name, dimensions, type: u32(), offset: u64()};
  });
  const dataStart = padded(at);
  const ends = [...tensors.slice(1).map(({offset}) => offset), bytes.length - dataStart];
  const starts = [0, ...after.map((_, i) => after.slice(0, i + 1).reduce((sum, count) => sum + count, 0)), tensorCount];
  return starts.slice(0, -1).map((start, part) => {
    const own = tensors.slice(start, starts[part + 1]);
    const head = [
      Buffer.from("GGUF"),
      number(3, 4),
      number(own.length, 8),
      number((part === 0 ? pairCount : 0) + 3, 8),
      ...(part === 0 ? [metadata] : []),
      ...pair("split.no", 2, number(part, 2)),
      ...pair("split.count", 2, number(starts.length - 1, 2)),
      ...pair("split.tensors.count", 5, number(tensorCount, 4)),
    ];
    const data: Buffer[] = [];
    let offset = 0;
    for (const [i, {name, dimensions, type, offset: from}] of own.entries()) {
      head.push(string(name), number(dimensions.length, 4), ...dimensions.map(size => number(size, 8)));
      head.push(number(type, 4), number(offset, 8));
      const content = bytes.subarray(dataStart + from, dataStart + (ends[start + i] ?? 0));
      data.push(content, Buffer.alloc(padded(content.length) - content.length));
      offset += padded(content.length);
    }
    const header = Buffer.concat(head);
    const path = join(folder, partFile(stem, part + 1, starts.length - 1));
    writeFileSync(path, Buffer.concat([header, Buffer.alloc(padded(header.length) - header.length), ...data]));
    return path;
  });
}

function padded(length: number): number {
  return Math.ceil(length / 32) * 32;
}

function number(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer.subarray(0, bytes);
}

function string(value: string): Buffer {
  return Buffer.concat([number(Buffer.byteLength(value), 8), Buffer.from(value)]);
}

function pair(key: string, type: number, value: Buffer): Buffer[] {
  return [string(key), number(type, 4), value];
}
