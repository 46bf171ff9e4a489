import {parse} from "csv-parse/sync";
import {z} from "zod";
import {suggestion} from "../nearest.ts";
import type {ProblemList} from "./problems.ts";
import {readText} from "./read-lines.ts";

/** A row as it stands in a file: cells by position, and the line that it ends on, counted from 1. */
export interface CsvRow {
  readonly record: readonly string[];
  readonly line: number;
}

const rowsSchema = z.array(z.object({record: z.array(z.string()), info: z.object({lines: z.number()})}));

/**
 * All rows of a CSV text, the header among them; cells may be quoted and hold line breaks. A text that is no CSV is a
 * problem, and there are no rows.
 */
export function parseCsv(
  text: string,
  file: string,
  options: {problems: ProblemList; delimiter?: string; quoted?: boolean},
): CsvRow[] {
  const {problems, delimiter = ",", quoted = true} = options;
  try {
    const parsed = parse(text, {
      info: true,
      relax_column_count: true,
      skip_empty_lines: true,
      delimiter,
      ...(quoted ? {} : {quote: null}),
    });
    return rowsSchema.parse(parsed).map(({record, info}) => ({record, line: info.lines}));
  } catch (error) {
    problems.add({file, message: `not valid CSV: ${error instanceof Error ? error.message : String(error)}`});
    return [];
  }
}

/** A file with a header: its rows, and the cell of a named column. */
export interface CsvTable {
  readonly rows: readonly CsvRow[];
  /** The cell of a column; empty where the file has no such column. */
  readonly cell: (row: CsvRow, column: string) => string;
}

/**
 * Reads a file with a header. Columns are found by their exact names, so their order and columns beyond those needed do
 * not matter; a missing one, and a row of another length than the header, is a problem.
 *
 * @param columns that the file must have
 * @param quoted whether `"` quotes a cell; false for tab-separated files whose texts hold quotes of their own
 */
export async function readTable(
  path: string,
  file: string,
  options: {columns: readonly string[]; problems: ProblemList; delimiter?: string; quoted?: boolean},
): Promise<CsvTable> {
  const {columns, problems} = options;
  const [header, ...rows] = parseCsv((await readText(path, file, problems)) ?? "", file, options);
  const names = header?.record ?? [];
  const missing = columns.filter(column => !names.includes(column));
  if (missing.length > 0) {
    const [first = ""] = missing;
    const what = missing.length === 1 ? `column "${first}"` : `columns ${missing.map(name => `"${name}"`).join(", ")}`;
    const has = names.length === 0 ? "the file is empty" : `the header has ${names.join(", ")}`;
    problems.add({file, line: 1, message: `no ${what}${suggestion(first, names)}; ${has}`});
  }
  const good = missing.length > 0 ? [] : rows.filter(row => row.record.length === names.length);
  if (missing.length === 0) {
    for (const {record, line} of rows) {
      if (record.length === names.length) continue;
      problems.add({file, line, message: `expected ${names.length} columns, found ${record.length}`});
    }
    if (rows.length === 0) problems.add({file, message: "no rows in the file"});
  }
  const places = new Map(names.map((name, index) => [name, index] as const));
  return {rows: good, cell: ({record}, column) => record[places.get(column) ?? -1] ?? ""};
}
