import {existsSync} from "node:fs";
import {rename, rm} from "node:fs/promises";
import {join} from "node:path";
import type {Manifest} from "../records/manifest.ts";
import type {RecordName, Records} from "../records/run-records.ts";
import {draftOf} from "../write-whole.ts";
import {recordDamaged} from "./damaged.ts";
import {MatrixWriter} from "./matrix-file.ts";
import {MatrixReader} from "./matrix-reader.ts";
import {RecordWriter, readSound} from "./record-file.ts";
import {matrixFiles, recordKinds} from "./record-kinds.ts";
import {rowDamage, rowSum} from "./seal.ts";

export interface Joined {
  readonly documents: number;
  /** Documents of which several runs hold this record. */
  readonly duplicates: number;
}

/** Writes one record file out of those of several runs, each document once; hidden states and embeddings get rows of their own. */
export async function joinRecords(
  runs: readonly {readonly folder: string; readonly manifest: Manifest}[],
  to: string,
  name: RecordName,
): Promise<Joined> {
  const folders = runs.map(({folder}) => folder);
  const kind = recordKinds[name];
  const draft = await draftOf(join(to, kind.file));
  await rm(draft, {force: true});
  const seen = new Set<string>();
  let duplicates = 0;
  {
    await using matrix = await openJoined(folders, to, name);
    await using writer = (await RecordWriter.open<Records[RecordName]>(draft, runs[0]?.manifest)).writer;
    for (const {folder, manifest} of runs) {
      await using rows = matrix === undefined ? undefined : await openRows(folder, name);
      const path = join(folder, kind.file);
      for await (const {record, line} of readSound<Records[RecordName]>(path, kind, manifest)) {
        if (seen.has(record.key)) duplicates++;
        else if (matrix === undefined || rows === undefined || !("row" in record)) await writer.append(record);
        else {
          const row = await rows.row(record.row);
          const damage = rowDamage(row, record.rowSum);
          if (damage !== undefined) throw recordDamaged(path, line, damage);
          await writer.append({...record, row: await matrix.append([row]), rowSum: rowSum(row)});
        }
        seen.add(record.key);
      }
    }
    await matrix?.settle();
    await writer.settle();
  }
  await rename(draft, join(to, kind.file));
  return {documents: seen.size, duplicates};
}

async function openJoined(folders: readonly string[], to: string, name: RecordName): Promise<MatrixWriter | undefined> {
  const matrix = matrixFiles[name];
  // Full logits are not joined: runs that carry them are refused before.
  if (name === "trace" || matrix === undefined) return undefined;
  const first = folders.find(folder => existsSync(join(folder, matrix)));
  if (first === undefined) return undefined;
  await using reader = await MatrixReader.open(join(first, matrix));
  return await MatrixWriter.open(join(to, matrix), reader.columns, 0);
}

async function openRows(folder: string, name: RecordName): Promise<MatrixReader | undefined> {
  const path = join(folder, matrixFiles[name] ?? "");
  return existsSync(path) ? await MatrixReader.open(path) : undefined;
}
