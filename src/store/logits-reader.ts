import {closeSync, existsSync, fstatSync, openSync, readSync} from "node:fs";
import {join} from "node:path";
import {matrixDamaged} from "./damaged.ts";
import {LOGITS} from "./matrix-file.ts";
import {rowDamage} from "./seal.ts";

/** The stored full logits of one run, a row at a time, for functions that cannot wait. */
export interface LogitsFile extends Disposable {
  /**
   * The logits of a row; `undefined` where the file does not hold it.
   *
   * @param sum its checksum; absent in records of schema 1
   * @throws `matrix-damaged` where the row is not the one that was written
   */
  readonly row: (index: number, sum?: string) => Float32Array | undefined;
}

/**
 * Opens a run's full logits, where it stored them; the file may be larger than memory.
 *
 * A file that is cut short or has another header gives no rows: what needs them then falls back, and says so.
 *
 * @returns `undefined` where the run stored none
 */
export function openLogits(folder: string): LogitsFile | undefined {
  const path = join(folder, LOGITS);
  if (!existsSync(path)) return undefined;
  const file = openSync(path, "r");
  const head = Buffer.alloc(512);
  const text = head.toString("latin1", 0, readSync(file, head, 0, head.length, 0));
  const shape = /'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\)/.exec(text);
  const [rows, columns] = [Number(shape?.[1] ?? 0), Number(shape?.[2] ?? 0)];
  const start = 10 + head.readUInt16LE(8);
  const size = fstatSync(file).size;
  return {
    row: (index, sum) => {
      const place = start + index * columns * 4;
      if (!(index >= 0 && index < rows && place + columns * 4 <= size)) return undefined;
      const row = new Float32Array(columns);
      // Little-endian, as every machine that the engine runs on.
      readSync(file, new Uint8Array(row.buffer), 0, row.byteLength, place);
      if (rowDamage(row, sum) !== undefined) throw matrixDamaged(path, `row ${index} is not the one that was written`);
      return row;
    },
    [Symbol.dispose]: () => closeSync(file),
  };
}
