/** A row as it stands in a file: cells by position, and the line that it starts on, counted from 1. */
export interface CsvRow {
  readonly record: readonly string[];
  readonly line: number;
}

/** `double`: a cell may stand in `"`, with `""` for a quote inside; `none`: a quote is text. */
export type CsvQuotes = "double" | "none";

export interface CsvDialect {
  /** One character. */
  readonly delimiter: string;
  readonly quotes: CsvQuotes;
}

/** The rows of a text; `fault` says where it stopped being a table, and the rows before it are there. */
export interface CsvScan {
  readonly rows: readonly CsvRow[];
  /** Rows whose quoted cells span lines, with their lines as they stand in the file. */
  readonly spanning: readonly {readonly row: number; readonly lines: readonly string[]}[];
  readonly fault?: {readonly line: number; readonly message: string};
}

const lineEnd = /\r\n|\n|\r/g;

function breaksIn(text: string): number {
  return text.match(lineEnd)?.length ?? 0;
}

/** The index of the quote that closes a cell whose first character is at `from`; −1 where none does. */
function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (at >= 0 && text[at + 1] === '"') at = text.indexOf('"', at + 2);
  return at;
}

/**
 * A text in the form of RFC 4180 as rows. Lines end with LF, CRLF or CR; empty lines are passed over.
 *
 * Stricter than most readers: a quote inside an unquoted cell, text after a closing quote, and a quote that never closes
 * are faults, since each of them is how two rows become one without a word.
 */
export function scanCsv(text: string, {delimiter, quotes}: CsvDialect): CsvScan {
  const rows: CsvRow[] = [];
  const spanning: {row: number; lines: string[]}[] = [];
  const plain = new RegExp(`[^${delimiter.replace(/[\\\]^-]/g, "\\$&")}\\r\\n]*`, "y");
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const start = at;
    const startLine = line;
    const record: string[] = [];
    const faulty = (message: string): CsvScan => ({rows, spanning, fault: {line, message}});
    for (;;) {
      let cell: string;
      if (quotes === "double" && text[at] === '"') {
        const close = closingQuote(text, at + 1);
        if (close < 0) return faulty("a quote opens a cell here and nothing closes it");
        const inside = text.slice(at + 1, close);
        const opened = line;
        line += breaksIn(inside);
        cell = inside.replaceAll('""', '"');
        at = close + 1;
        const next = text[at];
        if (next !== undefined && next !== delimiter && next !== "\n" && next !== "\r") {
          const where = opened === line ? "" : ` that opened on line ${opened}`;
          return faulty(`text stands after the quote that closes a cell${where}`);
        }
      } else {
        plain.lastIndex = at;
        cell = plain.exec(text)?.[0] ?? "";
        at += cell.length;
        if (quotes === "double" && cell.includes('"')) return faulty("a quote stands inside a cell that is not quoted");
      }
      record.push(cell);
      if (text[at] !== delimiter) break;
      at += 1;
    }
    const lines = line - startLine;
    if (!(record.length === 1 && record[0] === "" && at === start)) {
      if (lines > 0) spanning.push({row: rows.length, lines: text.slice(start, at).split(lineEnd)});
      rows.push({record, line: startLine});
    }
    if (at < text.length) {
      at += text[at] === "\r" && text[at + 1] === "\n" ? 2 : 1;
      line += 1;
    }
  }
  return {rows, spanning};
}
