import {open, readFile, rm, stat, writeFile} from "node:fs/promises";
import {z} from "zod";

const stateSchema = z.object({
  /** What the bytes are of; a partial file of anything else is thrown away. */
  key: z.string(),
  /** The server's strong ETag of the content, for If-Range. */
  validator: z.string().optional(),
  /** The length of the whole content, as the server announced it. */
  totalBytes: z.int().nonnegative().optional(),
  /** Packages already joined, and the length of the file after the last of them. */
  packagesDone: z.int().nonnegative().optional(),
  packagesBytes: z.int().nonnegative().optional(),
});
export type PartialState = z.infer<typeof stateSchema>;

/** A download under way: the bytes so far, and beside them a note of what they are. */
export interface PartialFile {
  readonly path: string;
  readonly statePath: string;
}

/** Bytes that have arrived; 0 where nothing has. */
export async function partialBytes(file: PartialFile): Promise<number> {
  return stat(file.path).then(
    facts => facts.size,
    () => 0,
  );
}

/** What the bytes are of; `undefined` where there is no readable note, or it is of something else. */
export async function readState(file: PartialFile, key: string): Promise<PartialState | undefined> {
  try {
    const state = stateSchema.parse(JSON.parse(await readFile(file.statePath, "utf8")));
    return state.key === key ? state : undefined;
  } catch {
    return undefined; // Without a note that can be trusted the download begins anew.
  }
}

export async function writeState(file: PartialFile, state: PartialState): Promise<void> {
  await writeFile(file.statePath, JSON.stringify(state));
}

export async function discard(file: PartialFile): Promise<void> {
  await rm(file.path, {force: true});
  await rm(file.statePath, {force: true});
}

export interface WriteOptions {
  readonly file: PartialFile;
  /** Everything from here on is replaced. */
  readonly startBytes: number;
  /** The file never grows beyond this. */
  readonly limitBytes: number;
  /** Makes the error for a stream that goes on beyond the limit. */
  readonly tooLong: () => Error;
  readonly onProgress: (doneBytes: number) => void;
}

/**
 * Writes a stream into the partial file from a position on, and leaves it on the disk (fsync) before it returns.
 *
 * A stream that would go beyond the limit is cut off there and the error of `tooLong` is thrown.
 *
 * @returns the length of the file afterwards, in bytes
 */
export async function writeStream(stream: AsyncIterable<Uint8Array>, options: WriteOptions): Promise<number> {
  await using handle = await open(options.file.path, options.startBytes === 0 ? "w" : "r+");
  await handle.truncate(options.startBytes);
  let position = options.startBytes;
  try {
    for await (const chunk of stream) {
      if (position + chunk.length > options.limitBytes) throw options.tooLong();
      let written = 0;
      while (written < chunk.length) {
        const {bytesWritten} = await handle.write(chunk, written, chunk.length - written, position);
        written += bytesWritten;
        position += bytesWritten;
      }
      options.onProgress(position);
    }
  } finally {
    await handle.sync();
  }
  return position;
}
