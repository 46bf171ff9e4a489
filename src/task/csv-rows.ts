import {suggestion} from "../nearest.ts";
import {fusedRow} from "./csv-fused.ts";
import {type CsvQuotes, type CsvRow, scanCsv} from "./csv-scan.ts";
import type {ProblemList} from "./problems.ts";
import {readText} from "./read-lines.ts";
import type {Counted} from "./task.ts";

export type {CsvQuotes, CsvRow} from "./csv-scan.ts";

/** How a file is written; what is absent is told from the file. */
export interface CsvOptions {
  readonly problems: ProblemList;
  /** Absent: what a line `sep=;` says, else the first of comma, semicolon, tab and bar that gives the columns wanted. */
  readonly delimiter?: string | undefined;
  /** Absent: quotes are text where tabs part the cells, and quote elsewhere. */
  readonly quotes?: CsvQuotes | undefined;
}

/** The rows of a text, the header among them, and how it was read. */
export interface CsvText {
  readonly rows: readonly CsvRow[];
  readonly delimiter: string;
  readonly quotes: CsvQuotes;
}

const candidates = [",", ";", "\t", "|"] as const;
const names = new Map([
  [",", "commas"],
  [";", "semicolons"],
  ["\t", "tabs"],
  ["|", "bars"],
]);

function withoutSeparatorLine(text: string): {text: string; delimiter?: string} {
  const match = /^"?sep=([^\r\n"])"?\r?\n/i.exec(text);
  // The line stays as an empty one, so that the numbers of the others are those of the file.
  return match?.[1] === undefined ? {text} : {text: `\n${text.slice(match[0].length)}`, delimiter: match[1]};
}

/** The delimiter that gives the columns wanted in the first line; the comma where none does. */
function delimiterOf(text: string, columns: readonly string[]): string {
  const first = /[^\r\n]+/.exec(text)?.[0] ?? "";
  const wanted = columns.map(columnName);
  const fitting = candidates.find(delimiter => {
    const header = new Set(scanCsv(first, {delimiter, quotes: "double"}).rows[0]?.record.map(columnName));
    return wanted.every(name => header.has(name));
  });
  return fitting ?? candidates.find(delimiter => first.includes(delimiter)) ?? ",";
}

/** A header as it is compared: composed, without spaces around it, a no-break space as a space. */
function columnName(header: string): string {
  return header.normalize("NFC").replace(/\s+/gu, " ").trim();
}

/**
 * All rows of a CSV text, the header among them; cells may be quoted and hold line breaks. A text that is no table is a
 * problem, and there are no rows.
 *
 * @param columns that the header must give; they decide between delimiters
 */
export function parseCsv(text: string, file: string, options: CsvOptions & {columns?: readonly string[]}): CsvText {
  const {problems, columns = []} = options;
  const told = withoutSeparatorLine(text);
  const delimiter = options.delimiter ?? told.delimiter ?? delimiterOf(told.text, columns);
  const quotes = options.quotes ?? (delimiter === "\t" ? "none" : "double");
  const scan = scanCsv(told.text, {delimiter, quotes});
  const fail = (line: number, message: string): CsvText => {
    problems.add({file, line, message});
    return {rows: [], delimiter, quotes};
  };
  if (scan.fault !== undefined) {
    return fail(scan.fault.line, `${scan.fault.message}; write it twice inside a quoted cell, or --quotes none`);
  }
  const fused = options.quotes === undefined ? fusedRow(scan, delimiter) : undefined;
  if (fused !== undefined) {
    const last = fused.line + fused.count - 1;
    const message = `a quote opens here and closes on line ${last}: one row over ${fused.count} lines, or ${fused.count} rows with a stray quote? --quotes double reads one row, --quotes none reads quotes as text`;
    return fail(fused.line, message);
  }
  return {rows: scan.rows, delimiter, quotes};
}

/** A file with a header: its rows, and the cell of a named column. */
export interface CsvTable {
  readonly rows: readonly CsvRow[];
  /** The header, in its order. */
  readonly names: readonly string[];
  /** The cell of a column; empty where the file has no such column. */
  readonly cell: (row: CsvRow, column: string) => string;
  /** Rows that hold nothing, which are left out. */
  readonly dropped: readonly Counted[];
  /** How the file was read, where that was decided here: for a remark, one sentence each. */
  readonly notes: readonly string[];
}

/** What is wrong with a header, given the columns wanted: one that is missing, and one that stands twice. */
function headerProblems(found: readonly string[], wanted: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of found) counts.set(name, (counts.get(name) ?? 0) + 1);
  const missing = wanted.filter(column => !counts.has(columnName(column)));
  const [first = ""] = missing;
  const what = missing.length === 1 ? `column "${first}"` : `columns ${missing.map(name => `"${name}"`).join(", ")}`;
  const names = found.slice(0, 30).map(name => (/[,"]/.test(name) ? `'"${name}"'` : name));
  const shown = `${names.join(", ")}${found.length > 30 ? ` … (${found.length} columns)` : ""}`;
  const has = found.length === 0 ? "the file is empty" : `the header has ${shown}`;
  return [
    ...(missing.length === 0 ? [] : [`no ${what}${suggestion(first, found)}; ${has}`]),
    ...wanted
      .filter(column => (counts.get(columnName(column)) ?? 0) > 1)
      .map(
        column => `column "${column}" stands ${counts.get(columnName(column))} times: which one is meant? rename one`,
      ),
  ];
}

function quotedLooking(rows: readonly CsvRow[]): number {
  return rows.filter(({record}) => record.some(cell => cell.length > 1 && cell.startsWith('"') && cell.endsWith('"')))
    .length;
}

/**
 * Reads a file with a header. Columns are found by their names (`columnName`), so their order and columns beyond those
 * needed do not matter; a missing one, one that stands twice, and a row of another length than the header, is a problem.
 *
 * @param columns that the file must have
 */
export async function readTable(
  path: string,
  file: string,
  options: CsvOptions & {columns: readonly string[]},
): Promise<CsvTable> {
  const {columns, problems} = options;
  const before = problems.count;
  const text = await readText(path, file, problems);
  const {rows: all, delimiter, quotes} = parseCsv(text ?? "", file, options);
  const [header, ...rows] = all;
  const found = (header?.record ?? []).map(columnName);
  // A file that could not be read says so already.
  const faults = problems.count > before ? [] : headerProblems(found, columns);
  for (const message of faults) problems.add({file, line: header?.line ?? 1, message});
  const sound = header !== undefined && faults.length === 0;
  const filled = rows.filter(row => row.record.some(cell => cell.trim() !== ""));
  const good = sound ? filled.filter(row => row.record.length === found.length) : [];
  if (sound) {
    const hint = quotes === "none" ? "; quotes are text here: --quotes double, where they hold cells together" : "";
    for (const {record, line} of filled) {
      if (record.length === found.length) continue;
      const quoted = hint !== "" && record.some(cell => cell.startsWith('"'));
      const message = `expected ${found.length} columns, found ${record.length}${quoted ? hint : ""}`;
      problems.add({file, line, message});
    }
    if (filled.length === 0) problems.add({file, message: "no rows in the file"});
  }
  const places = new Map(found.map((name, index) => [name, index] as const));
  const place = new Map(columns.map(column => [column, places.get(columnName(column)) ?? -1] as const));
  const empty = rows.length - filled.length;
  const literal = quotes === "none" && options.quotes === undefined ? quotedLooking(good) : 0;
  const usual = options.delimiter !== undefined || delimiter === ",";
  return {
    rows: good,
    names: found,
    cell: ({record}, column) => record[place.get(column) ?? places.get(columnName(column)) ?? -1] ?? "",
    dropped: empty === 0 ? [] : [{reason: "rows of empty cells", count: empty}],
    notes: [
      ...(usual ? [] : [`Cells are parted by ${names.get(delimiter) ?? JSON.stringify(delimiter)}.`]),
      ...(literal === 0
        ? []
        : [
            `Quotes are text in a table with tabs; ${literal} of its rows have a cell in quotes: --quotes double, if they only hold cells together.`,
          ]),
    ],
  };
}
