import {join} from "node:path";
import {LabelscopeError} from "../errors.ts";
import type {Manifest} from "../records/manifest.ts";
import type {RecordName, Records} from "../records/run-records.ts";
import {MatrixReader} from "./matrix-reader.ts";
import type {Damage} from "./meaning/meaning.ts";
import {matrixFiles, recordKinds} from "./record-kinds.ts";
import {type ScannedLine, scanRecords} from "./scan-records.ts";
import {rowDamage} from "./seal.ts";

/**
 * Scans a record file of a run together with the rows that its lines name.
 *
 * @param columns of the matrix, whatever its header says; absent: the manifest's or the header's
 */
export async function* scanWithRows(
  {folder, manifest}: {readonly folder: string; readonly manifest: Manifest},
  name: RecordName,
  columns?: number,
): AsyncGenerator<ScannedLine<Records[RecordName]>> {
  const file = matrixFiles[name];
  const known = columns ?? (name === "hidden" || name === "embedding" ? manifest.captures?.[name]?.columns : undefined);
  await using matrix = file === undefined ? undefined : await openIfThere(join(folder, file), known);
  for await (const found of scanRecords<Records[RecordName]>(
    join(folder, recordKinds[name].file),
    recordKinds[name],
    manifest,
  )) {
    const {record, ...rest} = found;
    const damage = record === undefined ? undefined : await namedRowDamage(record, matrix);
    yield damage === undefined ? found : {...rest, damage};
  }
}

async function openIfThere(path: string, columns: number | undefined): Promise<MatrixReader | undefined> {
  return await (columns === undefined ? MatrixReader.open(path) : MatrixReader.openAs(path, columns)).catch(error => {
    if (error instanceof LabelscopeError && error.code === "matrix-damaged") return undefined;
    throw error;
  });
}

interface NamedRow {
  readonly field: string;
  readonly row: number;
  readonly sum: string | undefined;
}

function rowsNamedIn(record: Records[RecordName]): NamedRow[] {
  if ("row" in record) return [{field: "row", row: record.row, sum: record.rowSum}];
  if (!("steps" in record)) return [];
  return record.steps.flatMap(({logitsRow: row, logitsSum: sum}, i) =>
    row === undefined ? [] : [{field: `steps[${i}].logitsRow`, row, sum}],
  );
}

async function namedRowDamage(
  record: Records[RecordName],
  matrix: MatrixReader | undefined,
): Promise<Damage | undefined> {
  for (const {field, row, sum} of rowsNamedIn(record)) {
    if (matrix === undefined) return {field, problem: "the matrix that it names a row of cannot be read"};
    const vector = await matrix.row(row).catch(() => undefined);
    if (vector === undefined) return {field, problem: `the matrix does not hold row ${row}`};
    const damage = rowDamage(vector, sum, field);
    if (damage !== undefined) return damage;
  }
  return undefined;
}
