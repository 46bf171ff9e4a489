import {type FileHandle, open} from "node:fs/promises";
import {matrixDamaged} from "./damaged.ts";
import {HEADER_BYTES} from "./matrix-file.ts";

/**
 * A stored float32 matrix (logits.npy, hidden.npy), read row by row: a file of full logits may be larger than memory.
 *
 * @example await using matrix = await MatrixReader.open(join(folder, "logits.npy")); const row = await matrix.row(3);
 */
export class MatrixReader implements AsyncDisposable {
  readonly rows: number;
  readonly columns: number;
  /** Whether the file holds all the rows that its header names. */
  readonly isWhole: boolean;
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #start: number;

  private constructor(file: FileHandle, path: string, shape: Shape) {
    this.#file = file;
    this.#path = path;
    this.#start = shape.start;
    this.rows = shape.rows;
    this.columns = shape.columns;
    this.isWhole = shape.start + shape.rows * shape.columns * 4 <= shape.sizeBytes;
  }

  /**
   * @param columns what the run says of its width; absent: not known
   * @throws `matrix-damaged` where the file is missing, is no matrix that labelscope wrote, or has another shape
   */
  static async open(path: string, columns?: number): Promise<MatrixReader> {
    const file = await open(path, "r").catch(cause => {
      throw matrixDamaged(path, "it cannot be opened", cause);
    });
    try {
      const head = Buffer.alloc(512);
      const {bytesRead} = await file.read(head, 0, head.length, 0);
      const text = head.toString("latin1", 0, bytesRead);
      const shape = /^\u0093NUMPY[\s\S]{4}\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\)/.exec(
        text,
      );
      if (shape === null) throw matrixDamaged(path, "its header is not that of a float32 matrix");
      if (columns !== undefined && Number(shape[2]) !== columns)
        throw matrixDamaged(path, `its header says ${shape[2]} columns, the manifest ${columns}`);
      const start = 10 + head.readUInt16LE(8);
      const {size} = await file.stat();
      return new MatrixReader(file, path, {rows: Number(shape[1]), columns: Number(shape[2]), start, sizeBytes: size});
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Opens a matrix by what the run says of its width, whatever its header says. @throws `matrix-damaged` where it is missing */
  static async openAs(path: string, columns: number): Promise<MatrixReader> {
    const file = await open(path, "r").catch(cause => {
      throw matrixDamaged(path, "it cannot be opened", cause);
    });
    const sizeBytes = (await file.stat()).size;
    const rows = Math.max(0, Math.floor((sizeBytes - HEADER_BYTES) / (columns * 4)));
    return new MatrixReader(file, path, {rows, columns, start: HEADER_BYTES, sizeBytes});
  }

  /** @throws `matrix-damaged` for a row that the file does not hold */
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
    if (done < size) throw matrixDamaged(this.#path, `it does not hold row ${index}`);
    return Float32Array.from({length: this.columns}, (_, column) => bytes.readFloatLE(column * 4));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}

interface Shape {
  readonly rows: number;
  readonly columns: number;
  /** Where the first row begins, and the file's length, in bytes. */
  readonly start: number;
  readonly sizeBytes: number;
}
