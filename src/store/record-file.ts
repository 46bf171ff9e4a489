import {type FileHandle, open} from "node:fs/promises";
import type {Manifest} from "../records/manifest.ts";
import {completeLength} from "./complete-lines.ts";
import {recordDamaged} from "./damaged.ts";
import {explainFileError} from "./disk-full.ts";
import type {RecordKind} from "./record-kind.ts";
import {scanRecords} from "./scan-records.ts";
import {bindingOf, sealLine} from "./seal.ts";
import {refuseRemoved} from "./still-there.ts";

/**
 * Reads records one by one, in the order of the file, each document once. A torn last line (no line end) is left out; a
 * missing file holds none.
 *
 * @param manifest what the records are checked against; absent: only that they are whole
 * @throws `record-damaged` with file, line and field, `newer-schema`
 */
export async function* readRecords<T extends {readonly key: string}>(
  path: string,
  kind: RecordKind<T>,
  manifest?: Manifest,
): AsyncGenerator<T> {
  for await (const {record} of readSound(path, kind, manifest)) yield record;
}

/** A record with its place and checksum. */
export interface SoundRecord<T> {
  readonly record: T;
  readonly line: number;
  readonly sum: string;
}

/** The same with each record's line and checksum. @throws as `readRecords` */
export async function* readSound<T extends {readonly key: string}>(
  path: string,
  kind: RecordKind<T>,
  manifest?: Manifest,
): AsyncGenerator<SoundRecord<T>> {
  for await (const {line, sum, record, damage, repeats} of scanRecords(path, kind, manifest)) {
    if (damage !== undefined) throw recordDamaged(path, line, damage);
    if (record !== undefined && repeats === undefined) yield {record, line, sum};
  }
}

/**
 * Appends records, each as one whole line. A write that fails half way (a full disk) is taken back, so that the file
 * always ends with a line end while this process lives; what a killed process left is cut off when it is opened again.
 */
export class RecordWriter<T extends object> implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #binding: string;
  #length: number;
  #last: Promise<void> = Promise.resolve();
  #settled = true;
  /** Why nothing can be appended any more. */
  #broken: unknown;

  private constructor(file: FileHandle, path: string, length: number, binding: string) {
    this.#file = file;
    this.#path = path;
    this.#binding = binding;
    this.#length = length;
  }

  /**
   * Opens a file for appending; `torn` tells whether a half-written last line was dropped.
   *
   * @param manifest of the run that the records are of
   */
  static async open<T extends object>(
    path: string,
    manifest?: Manifest,
  ): Promise<{readonly writer: RecordWriter<T>; readonly torn: boolean}> {
    const length = await completeLength(path);
    const file = await open(path, "a+");
    const torn = (await file.stat()).size > length;
    if (torn) await file.truncate(length);
    const binding = manifest === undefined ? "" : bindingOf(manifest);
    return {writer: new RecordWriter<T>(file, path, length, binding), torn};
  }

  /** Lines are written in the order of the calls. @throws `disk-full`, `run-removed`, `run-not-writable` */
  append(record: T): Promise<void> {
    const write = this.#last.then(() => this.#write(Buffer.from(`${sealLine(record, this.#binding)}\n`)));
    this.#last = write.catch(() => {});
    return write;
  }

  /** Everything appended is on the disk, at its place. @throws as `append`: then what was appended may not last */
  async settle(): Promise<void> {
    await this.#last;
    try {
      await refuseRemoved(this.#file, this.#path);
      await this.#file.sync();
      this.#settled = true;
    } catch (error) {
      throw explainFileError(this.#path, error);
    }
  }

  /** Closes the file, whatever became of the work; only `settle` tells whether it is on the disk. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    if (!this.#settled) await this.#file.sync().catch(() => {});
    await this.#file.close();
  }

  async #write(line: Buffer): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    try {
      await refuseRemoved(this.#file, this.#path);
      this.#settled = false;
      for (let done = 0; done < line.length; ) {
        done += (await this.#file.write(line, done)).bytesWritten;
      }
      this.#length += line.length;
    } catch (error) {
      const failure = explainFileError(this.#path, error);
      // A line that cannot be taken back stays the last one, where the next command finds and drops it.
      await this.#file.truncate(this.#length).catch(() => {
        this.#broken = failure;
      });
      throw failure;
    }
  }
}
