import type {FileHandle} from "node:fs/promises";
import {z} from "zod";

const tensorSchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerSchema = z.record(z.string(), z.unknown());

/** A header of more bytes than this is taken for a broken file. */
const longestHeader = 16 * 1024 * 1024;

export interface SafeTensor {
  readonly dtype: string;
  /** Slowest-varying first, as PyTorch has it. */
  readonly shape: readonly number[];
  /** The raw little-endian bytes. */
  readonly read: () => Promise<Uint8Array>;
}

/**
 * The tensors of an open safetensors file, by name; bytes are read when they are asked for.
 *
 * @throws Error where the header makes no sense or the file ends before a tensor does
 */
export async function openSafetensors(file: FileHandle): Promise<ReadonlyMap<string, SafeTensor>> {
  const size = (await file.stat()).size;
  const length = Number((await readAt(file, 0, 8)).readBigUInt64LE(0));
  if (length > longestHeader || 8 + length > size) throw new Error("the safetensors header makes no sense");
  const header = headerSchema.parse(JSON.parse((await readAt(file, 8, length)).toString("utf8")));
  const tensors = new Map<string, SafeTensor>();
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const {
      dtype,
      shape,
      data_offsets: [start, end],
    } = tensorSchema.parse(value);
    if (end < start || 8 + length + end > size) throw new Error(`the file ends before tensor ${name} does`);
    tensors.set(name, {dtype, shape, read: () => readAt(file, 8 + length + start, end - start)});
  }
  return tensors;
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  let done = 0;
  while (done < length) {
    const {bytesRead} = await file.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw new Error("the file ends too early");
    done += bytesRead;
  }
  return buffer;
}
