import {type FileHandle, open, stat} from "node:fs/promises";
import {basename} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {explainFileError} from "./disk-full.ts";
import {refuseRemoved} from "./still-there.ts";

/** Full logits, a row a label step; hidden states and embeddings, a row a document. */
export const LOGITS = "logits.npy";
export const HIDDEN = "hidden.npy";
export const EMBEDDINGS = "embeddings.npy";

/** Bytes of the header: a multiple of 64, with room for any number of rows. */
export const HEADER_BYTES = 128;

/**
 * The header of a NumPy file (format 1.0) of float32 rows, padded to a fixed length so that it can be rewritten in place
 * as rows are added.
 *
 * Source: NumPy, `numpy.lib.format`
 */
export function npyHeader(rows: number, columns: number): Buffer {
  const head = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const text = `${head.padEnd(HEADER_BYTES - 10 - 1)}\n`;
  return Buffer.concat([
    Buffer.from([0x93]),
    Buffer.from("NUMPY"),
    Buffer.from([1, 0, text.length & 255, text.length >> 8]),
    Buffer.from(text, "latin1"),
  ]);
}

/**
 * A float32 matrix that `numpy.load` opens, also while rows are added to it.
 *
 * Rows are written before the record that names them, and the row count in the header after them; rows that no record
 * names (of a killed process) are cut off when the file is opened again.
 */
export class MatrixWriter implements AsyncDisposable {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #columns: number;
  #rows: number;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(file: FileHandle, path: string, columns: number, rows: number) {
    this.#file = file;
    this.#path = path;
    this.#columns = columns;
    this.#rows = rows;
  }

  /**
   * @param rows how many rows the records of the run name; what is beyond them is dropped
   * @throws `logits-missing`, `hidden-missing`, `embeddings-missing` where the file does not hold them all
   */
  static async open(path: string, columns: number, rows: number): Promise<MatrixWriter> {
    const bytes = HEADER_BYTES + rows * columns * 4;
    const there = await stat(path).then(
      found => found.size,
      () => 0,
    );
    if (rows > 0 && there < bytes) throw rowsMissing(path, {expectedBytes: bytes, foundBytes: there});
    const file = await open(path, rows === 0 ? "w+" : "r+");
    try {
      const writer = new MatrixWriter(file, path, columns, rows);
      await file.truncate(bytes);
      await writer.#writeHeader();
      return writer;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Appends the rows of one document; returns the number of the first.
   *
   * @throws `disk-full`, `run-removed`, `run-not-writable`
   */
  append(rows: readonly Float32Array[]): Promise<number> {
    const write = this.#last.then(() => this.#write(rows));
    this.#last = write.catch(() => {});
    return write;
  }

  /** Everything appended is on the disk, at its place. @throws as `append`: then what was appended may not last */
  async settle(): Promise<void> {
    await this.#last;
    try {
      await refuseRemoved(this.#file, this.#path);
      await this.#file.sync();
    } catch (error) {
      throw explainFileError(this.#path, error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#file.close();
  }

  async #write(rows: readonly Float32Array[]): Promise<number> {
    const first = this.#rows;
    try {
      await refuseRemoved(this.#file, this.#path);
      for (const row of rows) {
        const bytes = Buffer.from(row.buffer, row.byteOffset, row.byteLength);
        const place = HEADER_BYTES + this.#rows * this.#columns * 4;
        for (let done = 0; done < bytes.length; ) {
          done += (await this.#file.write(bytes, done, bytes.length - done, place + done)).bytesWritten;
        }
        this.#rows++;
      }
      await this.#writeHeader();
    } catch (error) {
      this.#rows = first;
      throw explainFileError(this.#path, error);
    }
    return first;
  }

  async #writeHeader(): Promise<void> {
    await this.#file.write(npyHeader(this.#rows, this.#columns), 0, HEADER_BYTES, 0);
  }
}

function rowsMissing(
  path: string,
  facts: {readonly expectedBytes: number; readonly foundBytes: number},
): LabelscopeError {
  return new LabelscopeError({
    code: `${basename(path, ".npy")}-missing`,
    message: `${path} does not hold the rows that the run's records name`,
    details: [`it has ${facts.foundBytes} bytes and needs at least ${facts.expectedBytes}`],
    next: ["restore it from a copy", "--fresh moves the run aside and captures it again"],
    facts: {path, ...facts},
  });
}
