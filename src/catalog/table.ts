/**
 * Rows as lines with aligned columns, two spaces apart, without trailing spaces.
 *
 * @param right columns that are aligned to the right, by index
 * @example alignColumns([["id", "size"], ["a", "9 B"]], [1]) // "id  size\na    9 B"
 */
export function alignColumns(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  }
  const line = (row: readonly string[]) =>
    row.map((cell, index) =>
      right.includes(index) ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0),
    );
  return rows.map(row => line(row).join("  ").trimEnd()).join("\n");
}
