import {createReadStream} from "node:fs";
import {type FileHandle, open, stat} from "node:fs/promises";
import {z} from "zod";
import {isDiskFull} from "../catalog/disk-space.ts";
import {LabelscopeError} from "../errors.ts";
import {TRACE_SCHEMA, type Trace, traceSchema} from "../records/trace.ts";
import {runDiskFull} from "./disk-full.ts";
import {newerSchema} from "./manifest-file.ts";

export const TRACES = "traces.jsonl";

const LINE_FEED = 10;

/**
 * Reads a run's traces one by one, in the order of the file. A torn last line (no line end) is left out.
 *
 * @throws `trace-unreadable` with file and line, `newer-schema`
 */
export async function* readTraces(path: string): AsyncGenerator<Trace> {
  const end = await completeLength(path);
  if (end === 0) return;
  let number = 0;
  for await (const line of wholeLines(createReadStream(path, {end: end - 1}))) {
    number++;
    yield parseTrace(line, path, number);
  }
}

/** Lines that end with a line feed alone: texts may hold U+2028, at which Node's readline may cut. */
async function* wholeLines(chunks: AsyncIterable<unknown>): AsyncGenerator<string> {
  let pieces: Buffer[] = [];
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw new TypeError("a byte stream gave something else");
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      yield Buffer.concat([...pieces, chunk.subarray(start, end)]).toString("utf8");
      pieces = [];
      start = end + 1;
    }
    pieces.push(chunk.subarray(start));
  }
}

function parseTrace(line: string, path: string, number: number): Trace {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw unreadable(path, number, "it is not JSON", cause);
  }
  const version = z.object({schema: z.number()}).safeParse(value);
  if (version.success && version.data.schema > TRACE_SCHEMA) throw newerSchema(path, version.data.schema);
  const trace = traceSchema.safeParse(value);
  if (!trace.success) throw unreadable(path, number, z.prettifyError(trace.error), trace.error);
  return trace.data;
}

function unreadable(path: string, line: number, why: string, cause: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "trace-unreadable",
    message: `${path}:${line} is no trace`,
    details: why.split("\n").slice(0, 6),
    next: ["restore the file from a copy", "or delete that line: the same run command captures the document again"],
    facts: {path, line},
    cause,
  });
}

/** Bytes up to and with the last line end; 0 where the file is missing or has none. */
async function completeLength(path: string): Promise<number> {
  const size = await stat(path).then(
    found => found.size,
    () => 0,
  );
  if (size === 0) return 0;
  const file = await open(path, "r");
  try {
    const chunk = Buffer.alloc(1 << 16);
    for (let end = size; end > 0; ) {
      const start = Math.max(0, end - chunk.length);
      const {bytesRead} = await file.read(chunk, 0, end - start, start);
      const place = chunk.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
      if (place >= 0) return start + place + 1;
      end = start;
    }
    return 0;
  } finally {
    await file.close();
  }
}

/**
 * Appends traces, each as one whole line. A write that fails half way (a full disk) is taken back, so that the file
 * always ends with a line end while this process lives; what a killed process left is cut off when it is opened again.
 */
export class TraceWriter implements AsyncDisposable {
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
  static async open(path: string): Promise<{readonly writer: TraceWriter; readonly torn: boolean}> {
    const length = await completeLength(path);
    const file = await open(path, "a+");
    const torn = (await file.stat()).size > length;
    if (torn) await file.truncate(length);
    return {writer: new TraceWriter(file, path, length), torn};
  }

  /** Lines are written in the order of the calls. @throws `disk-full` */
  append(trace: Trace): Promise<void> {
    const write = this.#last.then(() => this.#write(Buffer.from(`${JSON.stringify(trace)}\n`)));
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
