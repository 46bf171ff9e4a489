import {join} from "node:path";
import {largest} from "../math/extremes.ts";
import type {Manifest} from "../records/manifest.ts";
import type {NamedRecord, RecordName, Records} from "../records/run-records.ts";
import {MatrixWriter} from "./matrix-file.ts";
import {RecordWriter, readRecords} from "./record-file.ts";
import {matrixFiles, recordKinds} from "./record-kinds.ts";
import {rowSum} from "./seal.ts";

/** One record file of a run, open for appending, with the matrix beside it where it has one. */
export interface OpenRecords {
  /** Keys of the documents that it holds. */
  readonly done: ReadonlySet<string>;
  /** Whether a half-written last line was dropped. */
  readonly torn: boolean;
  append(entry: NamedRecord, rows: readonly Float32Array[]): Promise<void>;
  /** All that was appended is on the disk, the rows before the records that name them. */
  settle(): Promise<void>;
}

/**
 * Opens a record file and its matrix; rows of the matrix that no record names are cut off.
 *
 * @param manifest of the run, which the records are read and sealed by
 * @param columns of the matrix; absent where none is written
 * @param held takes what must be closed
 */
export async function openRecords(
  {folder, manifest}: {readonly folder: string; readonly manifest: Manifest},
  name: RecordName,
  columns: number | undefined,
  held: AsyncDisposable[],
): Promise<OpenRecords> {
  const kind = recordKinds[name];
  const path = join(folder, kind.file);
  const {writer, torn} = await RecordWriter.open<Records[RecordName]>(path, manifest);
  held.push(writer);
  const done = new Set<string>();
  let rows = 0;
  for await (const record of readRecords<Records[RecordName]>(path, kind, manifest)) {
    done.add(record.key);
    rows = Math.max(rows, rowsNamedIn(record));
  }
  const file = matrixFiles[name];
  const matrix =
    columns === undefined || file === undefined
      ? undefined
      : await MatrixWriter.open(join(folder, file), columns, rows);
  if (matrix !== undefined) held.push(matrix);
  return {
    done,
    torn,
    append: async (entry, vectors) => {
      const first = matrix === undefined ? undefined : await matrix.append(vectors);
      await writer.append(first === undefined ? entry.record : withRows(entry, first, vectors.map(rowSum)));
    },
    settle: async () => {
      await matrix?.settle();
      await writer.settle();
    },
  };
}

function rowsNamedIn(record: Records[RecordName]): number {
  if ("row" in record) return record.row + 1;
  if (!("steps" in record)) return 0;
  return largest(
    record.steps.map(step => (step.logitsRow ?? -1) + 1),
    0,
  );
}

/** The record with the numbers of its rows, which follow one another from `first`, and with their checksums. */
function withRows(entry: NamedRecord, first: number, sums: readonly string[]): Records[RecordName] {
  if (entry.name === "hidden" || entry.name === "embedding") {
    const [rowSum] = sums;
    return {...entry.record, row: first, rowSum};
  }
  if (entry.name !== "trace") return entry.record;
  const steps = entry.record.steps.map((step, i) => ({...step, logitsRow: first + i, logitsSum: sums[i]}));
  return {...entry.record, steps};
}
