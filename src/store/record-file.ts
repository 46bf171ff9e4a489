import {createReadStream} from "node:fs";
import {type FileHandle, open} from "node:fs/promises";
import {z} from "zod";
import {isDiskFull} from "../catalog/disk-space.ts";
import {LabelscopeError} from "../errors.ts";
import {TRACE_SCHEMA} from "../records/trace.ts";
import {completeLength, wholeLines} from "./complete-lines.ts";
import {runDiskFull} from "./disk-full.ts";
import {newerSchema} from "./manifest-file.ts";

/** A kind of record that is stored a line a document. */
export interface RecordKind<T> {
  /** For errors: `trace` gives `trace-unreadable`. */
  readonly name: string;
  /** The file's name in a run directory. */
  readonly file: string;
  readonly schema: z.ZodType<T>;
}

/**
 * Reads records one by one, in the order of the file. A torn last line (no line end) is left out; a missing file holds none.
 *
 * @throws `<name>-unreadable` with file and line, `newer-schema`
 */
export async function* readRecords<T>(path: string, kind: RecordKind<T>): AsyncGenerator<T> {
  const end = await completeLength(path);
  if (end === 0) return;
  let number = 0;
  for await (const line of wholeLines(createReadStream(path, {end: end - 1}))) {
    number++;
    yield parse(line, path, number, kind);
  }
}

function parse<T>(line: string, path: string, number: number, kind: RecordKind<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw unreadable(path, number, kind, "it is not JSON", cause);
  }
  const version = z.object({schema: z.number()}).safeParse(value);
  if (version.success && version.data.schema > TRACE_SCHEMA) throw newerSchema(path, version.data.schema);
  const record = kind.schema.safeParse(value);
  if (!record.success) throw unreadable(path, number, kind, z.prettifyError(record.error), record.error);
  return record.data;
}

function unreadable(
  path: string,
  line: number,
  {name}: Pick<RecordKind<unknown>, "name">,
  why: string,
  cause: unknown,
): LabelscopeError {
  return new LabelscopeError({
    code: `${name}-unreadable`,
    message: `${path}:${line} is no ${name}`,
    details: why.split("\n").slice(0, 6),
    next: ["restore the file from a copy", "or delete that line: the same run command captures the document again"],
    facts: {path, line},
    cause,
  });
}

/**
 * Appends records, each as one whole line. A write that fails half way (a full disk) is taken back, so that the file
 * always ends with a line end while this process lives; what a killed process left is cut off when it is opened again.
 */
export class RecordWriter<T> implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #path: string;
  #length: number;
  #last: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, path: string, length: number) {
    this.#file = file;
    this.#path = path;
    this.#length = length;
  }

  /** Opens a file for appending; `torn` tells whether a half-written last line was dropped. */
  static async open<T>(path: string): Promise<{readonly writer: RecordWriter<T>; readonly torn: boolean}> {
    const length = await completeLength(path);
    const file = await open(path, "a+");
    const torn = (await file.stat()).size > length;
    if (torn) await file.truncate(length);
    return {writer: new RecordWriter<T>(file, path, length), torn};
  }

  /** Lines are written in the order of the calls. @throws `disk-full` */
  append(record: T): Promise<void> {
    const write = this.#last.then(() => this.#write(Buffer.from(`${JSON.stringify(record)}\n`)));
    this.#last = write.catch(() => {});
    return write;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#file.sync().catch(() => {});
    await this.#file.close();
  }

  async #write(line: Buffer): Promise<void> {
    try {
      for (let done = 0; done < line.length; ) {
        done += (await this.#file.write(line, done)).bytesWritten;
      }
      this.#length += line.length;
    } catch (error) {
      await this.#file.truncate(this.#length).catch(() => {});
      if (isDiskFull(error)) throw runDiskFull(this.#path, error);
      throw error;
    }
  }
}
