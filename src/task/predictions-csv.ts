import {suggestion} from "../nearest.ts";
import {type CsvTable, readTable} from "./csv-rows.ts";
import type {ProblemList} from "./problems.ts";

/** One document's predictions as they stand in a table, and the line that they begin on. */
export interface TablePrediction {
  readonly id: string;
  readonly labels: ReadonlyMap<string, number>;
  readonly line: number;
}

/**
 * Predictions in a table: wide, a column a label (`id,joy,fear`), or long, a row a label (`id,label,q`). An empty cell is
 * a number that is missing, not 0. What is wrong goes to `problems`.
 */
export async function readPredictionsTable(
  path: string,
  file: string,
  labels: readonly string[],
  problems: ProblemList,
): Promise<readonly TablePrediction[]> {
  const table = await readTable(path, file, {columns: ["id"], problems});
  const twice = table.names.find((name, index) => table.names.indexOf(name) < index && name !== "");
  if (twice !== undefined)
    problems.add({file, line: 1, message: `column "${twice}" stands more than once: which one is meant?`});
  if (problems.count > 0) return [];
  const isLong = table.names.includes("label") && table.names.includes("q") && !labels.includes("q");
  return isLong ? longRows(table, file, problems) : wideRows(table, file, labels, problems);
}

function wideRows(
  {rows, names, cell}: CsvTable,
  file: string,
  labels: readonly string[],
  problems: ProblemList,
): TablePrediction[] {
  const columns = names.filter(name => name !== "id");
  const strange = columns.filter(name => !labels.includes(name));
  if (strange.length === columns.length) {
    problems.add({
      file,
      line: 1,
      message: `no column is a label of the task: expected id, ${labels.join(", ")}, or id, label, q; the header has ${names.join(", ")}`,
    });
    return [];
  }
  for (const name of strange) {
    const near = suggestion(name, labels);
    problems.add({
      file,
      line: 1,
      message: `column "${name}" is no label of the task${near}: leave it out, or rename it`,
    });
  }
  return rows.map(row => ({
    id: cell(row, "id"),
    line: row.line,
    labels: numbersOf(
      labels.filter(name => names.includes(name)).map(name => [name, cell(row, name)]),
      {file, line: row.line, problems},
    ),
  }));
}

function longRows({rows, cell}: CsvTable, file: string, problems: ProblemList): TablePrediction[] {
  const found = new Map<string, {id: string; line: number; labels: Map<string, number>}>();
  for (const row of rows) {
    const id = cell(row, "id");
    const one = found.get(id) ?? {id, line: row.line, labels: new Map<string, number>()};
    found.set(id, one);
    const label = cell(row, "label");
    if (one.labels.has(label)) {
      problems.add({file, line: row.line, message: `id "${id}" has a number for "${label}" already`});
    }
    for (const [name, value] of numbersOf([[label, cell(row, "q")]], {file, line: row.line, problems})) {
      one.labels.set(name, value);
    }
  }
  return [...found.values()];
}

function numbersOf(
  cells: readonly (readonly [name: string, text: string])[],
  {file, line, problems}: {readonly file: string; readonly line: number; readonly problems: ProblemList},
): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const [name, text] of cells) {
    if (text.trim() === "") continue;
    const value = Number(text);
    if (Number.isFinite(value)) numbers.set(name, value);
    else problems.add({file, line, message: `"${name}" is ${JSON.stringify(text)}: expected a number from 0 to 1`});
  }
  return numbers;
}
