/** What a cell of a CSV file may hold; undefined leaves it empty. */
export type Cell = string | number | boolean | undefined;

/** A table as it is written to a CSV file of its name. */
export interface CsvTable {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/**
 * One line of a CSV file with its line end (LF), quoted where RFC 4180 asks for it.
 *
 * Text of documents, labels and models stays what it is, also where a spreadsheet would take it for a formula (`=1+1`):
 * the files are read by programs, and a changed id would match nothing. docs/compare.md says how to open them safely.
 * Numbers have all their digits; true and false are words.
 *
 * @throws RangeError for a number that is not finite: missing is an empty cell
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(",")}\n`;
}

/** A whole file, the header first. */
export function csvText({header, rows}: CsvTable): string {
  return [header, ...rows].map(csvLine).join("");
}

function csvCell(cell: Cell): string {
  if (cell === undefined) return "";
  if (typeof cell === "number" && !Number.isFinite(cell)) throw new RangeError(`${cell} in a CSV file`);
  const text = String(cell);
  // An empty text is told from a missing one; spaces at the ends are kept by every reader when quoted.
  return text === "" || /["\r\n,\u2028\u2029]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
