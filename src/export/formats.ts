import {once} from "node:events";
import {createWriteStream} from "node:fs";
import {finished} from "node:stream/promises";
import {csvLine} from "../compare/csv.ts";
import type {ExportFormat} from "./names.ts";
import type {ColumnType, ExportTable, Row} from "./tables.ts";

/** Writes the rows of a table into a file, one after another. */
type WriteRows = (path: string, columns: ExportTable["columns"], rows: AsyncIterable<Row>) => Promise<void>;

const parquetTypes = {text: "STRING", whole: "INT32", number: "DOUBLE", flag: "BOOLEAN"} as const satisfies Record<
  ColumnType,
  string
>;

/** The formats that tables are exported in. */
export const exportFormats = {
  csv: async (path, columns, rows) =>
    await writeLines(path, csvLine(columns.map(({name}) => name)), rows, row =>
      csvLine(columns.map(({name}) => row[name] ?? undefined)),
    ),
  jsonl: async (path, _, rows) => await writeLines(path, "", rows, row => `${JSON.stringify(row)}\n`),
  parquet: async (path, columns, rows) => {
    const {fileWriter, parquetWriteRows} = await import("hyparquet-writer");
    await parquetWriteRows({
      writer: fileWriter(path),
      rows,
      columns: columns.map(({name, type}) => ({name, type: parquetTypes[type]})),
      rowGroupSize: ROW_GROUP,
      createdBy: "labelscope",
    });
  },
} as const satisfies Record<ExportFormat, WriteRows>;

/** Rows that are held at once, and that a reader of the file gets at once. */
const ROW_GROUP = 50_000;

async function writeLines(
  path: string,
  head: string,
  rows: AsyncIterable<Row>,
  lineOf: (row: Row) => string,
): Promise<void> {
  const file = createWriteStream(path);
  const done = finished(file);
  done.catch(() => {}); // told below
  try {
    let piece = head;
    for await (const row of rows) {
      piece += lineOf(row);
      if (piece.length < 1 << 16) continue;
      if (!file.write(piece)) await Promise.race([once(file, "drain"), done]);
      piece = "";
    }
    file.end(piece);
    await done;
  } catch (error) {
    file.destroy();
    throw error;
  }
}
