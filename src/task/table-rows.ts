import {extname} from "node:path";
import {readTable} from "./csv-rows.ts";
import type {ProblemList} from "./problems.ts";
import {readLines} from "./read-lines.ts";

/** Where a file of the user's own keeps what a document needs. Names are column headers or JSON fields. */
export interface TableMapping {
  readonly textColumn?: string;
  /** Absent: the id is made of the text. */
  readonly idColumn?: string;
  /** One column with all labels of the row. */
  readonly labelsColumn?: string;
  /** Between the labels of that column; default a comma. */
  readonly separator?: string;
  /** Or one column of 0 and 1 a label, named like it. */
  readonly labelColumns?: readonly string[];
  /** Given: a row is one annotator's word, and the rows of an id make a document. */
  readonly annotatorColumn?: string;
  /** The label set and its order; absent: the labels that occur, sorted. */
  readonly labels?: readonly string[];
  /** Words of the labels column that mean that there is no label. */
  readonly noneWords?: readonly string[];
  /** Between the cells of a CSV file; default a tab for .tsv, else a comma. */
  readonly delimiter?: string;
}

/** One row or line: what a column holds, `undefined` where it has no such field. */
export interface TableRow {
  readonly line: number;
  readonly field: (column: string) => unknown;
}

/** Reads the rows of one file; what is wrong goes to `problems`. */
export type RowReader = (
  path: string,
  file: string,
  options: {mapping: TableMapping; columns: readonly string[]; problems: ProblemList},
) => Promise<TableRow[]>;

const readCsvRows: RowReader = async (path, file, {mapping, columns, problems}) => {
  const delimiter = mapping.delimiter ?? (extname(path).toLowerCase() === ".tsv" ? "\t" : ",");
  const {rows, cell} = await readTable(path, file, {columns, problems, delimiter});
  return rows.map(row => ({line: row.line, field: column => cell(row, column)}));
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const readJsonlRows: RowReader = async (path, file, {problems}) => {
  const rows: TableRow[] = [];
  for await (const {number: line, text, problem} of readLines(path)) {
    if (problems.full) break;
    if (text === undefined) problems.add({file, line, message: problem});
    if (text === undefined || text.trim() === "") continue;
    try {
      const value: unknown = JSON.parse(text);
      if (!isRecord(value)) throw new Error("expected an object");
      rows.push({line, field: column => value[column]});
    } catch (error) {
      problems.add({file, line, message: `not valid JSON: ${error instanceof Error ? error.message : String(error)}`});
    }
  }
  if (rows.length === 0) problems.add({file, message: "no documents in the file: expected one JSON object a line"});
  return rows;
};

/** The formats of `tasks import csv|jsonl`: the endings of their files and how rows are read. A new one is one line. */
export const tableFormats = {
  csv: {endings: [".csv", ".tsv", ".txt"], defaults: {}, read: readCsvRows},
  jsonl: {endings: [".jsonl", ".ndjson"], defaults: {idColumn: "id", textColumn: "text"}, read: readJsonlRows},
} as const satisfies Record<
  string,
  {readonly endings: readonly string[]; readonly defaults: TableMapping; readonly read: RowReader}
>;

export type TableFormat = keyof typeof tableFormats;

export function isTableFormat(name: string): name is TableFormat {
  return Object.hasOwn(tableFormats, name);
}
