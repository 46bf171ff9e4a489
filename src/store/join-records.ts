import {existsSync} from "node:fs";
import {rename, rm} from "node:fs/promises";
import {join} from "node:path";
import type {RecordName, Records} from "../records/run-records.ts";
import {MatrixWriter} from "./matrix-file.ts";
import {MatrixReader} from "./matrix-reader.ts";
import {RecordWriter, readRecords} from "./record-file.ts";
import {matrixFiles, recordKinds} from "./record-kinds.ts";

export interface Joined {
  readonly documents: number;
  /** Documents of which several runs hold this record. */
  readonly duplicates: number;
}

/** Writes one record file out of those of several runs, each document once; hidden states and embeddings get rows of their own. */
export async function joinRecords(folders: readonly string[], to: string, name: RecordName): Promise<Joined> {
  const kind = recordKinds[name];
  const draft = join(to, `${kind.file}.draft`);
  await rm(draft, {force: true});
  const seen = new Set<string>();
  let duplicates = 0;
  {
    await using matrix = await openJoined(folders, to, name);
    await using writer = (await RecordWriter.open<Records[RecordName]>(draft)).writer;
    for (const folder of folders) {
      await using rows = matrix === undefined ? undefined : await openRows(folder, name);
      for await (const record of readRecords<Records[RecordName]>(join(folder, kind.file), kind)) {
        if (seen.has(record.key)) duplicates++;
        else if (matrix === undefined || rows === undefined || !("row" in record)) await writer.append(record);
        else await writer.append({...record, row: await matrix.append([await rows.row(record.row)])});
        seen.add(record.key);
      }
    }
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
