import {type FileHandle, open} from "node:fs/promises";
import {LabelscopeError} from "../errors.ts";

/**
 * A stored float32 matrix (logits.npy, hidden.npy), read row by row: a file of full logits may be larger than memory.
 *
 * @example await using matrix = await MatrixReader.open(join(folder, "logits.npy")); const row = await matrix.row(3);
 */
export class MatrixReader implements AsyncDisposable {
  readonly rows: number;
  readonly columns: number;
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #start: number;

  private constructor(file: FileHandle, path: string, shape: {rows: number; columns: number; start: number}) {
    this.#file = file;
    this.#path = path;
    this.#start = shape.start;
    this.rows = shape.rows;
    this.columns = shape.columns;
  }

  /** @throws `matrix-unreadable` where the file is missing or is no matrix that labelscope wrote */
  static async open(path: string): Promise<MatrixReader> {
    const file = await open(path, "r").catch(cause => {
      throw unreadable(path, "it cannot be opened", cause);
    });
    try {
      const head = Buffer.alloc(512);
      const {bytesRead} = await file.read(head, 0, head.length, 0);
      const text = head.toString("latin1", 0, bytesRead);
      const shape = /^\u0093NUMPY[\s\S]{4}\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\)/.exec(
        text,
      );
      if (shape === null) throw unreadable(path, "its header is not that of a float32 matrix");
      const start = 10 + head.readUInt16LE(8);
      return new MatrixReader(file, path, {rows: Number(shape[1]), columns: Number(shape[2]), start});
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** @throws `matrix-unreadable` for a row that the file does not hold */
  async row(index: number): Promise<Float32Array> {
    const size = this.columns * 4;
    const bytes = Buffer.alloc(size);
    const place = this.#start + index * size;
    let done = 0;
    while (index >= 0 && done < size) {
      const {bytesRead} = await this.#file.read(bytes, done, size - done, place + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    if (done < size) throw unreadable(this.#path, `it does not hold row ${index}`);
    return Float32Array.from({length: this.columns}, (_, column) => bytes.readFloatLE(column * 4));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

function unreadable(path: string, why: string, cause?: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "matrix-unreadable",
    message: `${path} cannot be read: ${why}`,
    next: ["restore it from a copy", "or capture it again: labelscope run with --fresh"],
    facts: {path},
    cause,
  });
}
