import type {CsvScan} from "./csv-scan.ts";

/** What kind of thing a cell is: digits and letters in runs, other characters as they are. Spaces tell prose from cells. */
function shapeOf(cell: string): string {
  return cell
    .slice(0, 200)
    .replace(/\p{N}+/gu, "0")
    .replace(/[\p{L}\p{M}]+/gu, "a");
}

/**
 * The first row that is probably several: its lines, read with quotes as text, are rows of the table each, and what stands
 * before and after the quoted text looks like that column's other cells. That is what one unpaired quote at the start of a
 * cell does, when a later row holds another. Undefined where there is none.
 *
 * A text that spans lines looks the same only if each of its lines happens to hold the right number of delimiters, without
 * the space that prose has after a comma.
 */
export function fusedRow(scan: CsvScan, delimiter: string): {line: number; count: number} | undefined {
  const width = scan.rows[0]?.record.length ?? 0;
  if (width < 2 || scan.spanning.length === 0) return undefined;
  const spans = new Set(scan.spanning.map(({row}) => row));
  const shapes: Set<string>[] = Array.from({length: width}, () => new Set());
  let known = 0;
  for (const [index, {record}] of scan.rows.entries()) {
    if (index === 0 || spans.has(index) || record.length !== width) continue;
    known += 1;
    record.forEach((cell, column) => {
      shapes[column]?.add(shapeOf(cell));
    });
  }
  const fits = (cell: string, column: number): boolean =>
    known === 0 || cell.startsWith('"') || cell.endsWith('"') || shapes[column]?.has(shapeOf(cell)) === true;
  for (const {row, lines} of scan.spanning) {
    const read = lines.map(line => line.split(delimiter));
    if (!read.every(cells => cells.length === width)) continue;
    const opens = read[0]?.findIndex(cell => cell.startsWith('"')) ?? 0;
    // The column of the text is the one that the quote opens in: it may hold anything.
    const good = read.every(cells => cells.every((cell, column) => column === opens || fits(cell, column)));
    if (good) return {line: scan.rows[row]?.line ?? 1, count: lines.length};
  }
  return undefined;
}
