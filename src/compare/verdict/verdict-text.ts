import {alignColumns} from "../../catalog/table.ts";
import {largest} from "../../math/extremes.ts";
import type {Results} from "../../records/results/results.ts";
import type {VerdictRow} from "../../records/results/verdict.ts";
import {UNKNOWN} from "../text-cells.ts";
import {wrapped} from "../wrapped.ts";
import {cellText, num, pText} from "./words.ts";

/** Characters of a line where the terminal does not say. */
const LINE = 100;

/** The verdict for the terminal: its sentences with what stands behind them, then the ranked table, as wide as the line. */
export function verdictText({verdict}: Pick<Results, "verdict">, lineLength?: number): string {
  const {sentences, rows, constantAnswer} = verdict;
  const lines = sentences.flatMap(({text, detail}) => {
    const line = detail === undefined ? text : `${text} (${detail})`;
    return lineLength === undefined ? [line] : wrapped(line, lineLength);
  });
  const answer = constantAnswer?.labels.join(", ");
  const remark =
    constantAnswer === undefined
      ? []
      : [
          `constant: the same answer to every document, at best (${answer === "" ? "no label" : answer}) ${cellText(constantAnswer.exampleF1.value ?? 0, "share")}`,
        ];
  return [
    "Verdict",
    ...lines,
    ...(rows.length === 0 ? [] : ["", ...tables(verdict, lineLength ?? LINE), ...remark]),
    "",
  ].join("\n");
}

/** The table, in as many parts as the line needs; each part begins with the run. */
function tables({rows, columns}: Results["verdict"], line: number): string[] {
  const first = ["", ...rows.map(({run}) => run)];
  const standing = ["against the best", ...rows.map(standingText)];
  const others = columns.map(column => [
    column.title,
    ...rows.map(({cells}) => {
      const cell = cells[column.name];
      if (cell?.value === undefined) return UNKNOWN;
      const {estimator, lower, upper} = cell;
      const value = cellText(cell.value, column.unit);
      const withInterval =
        column.name === "answers" && lower !== undefined && upper !== undefined
          ? `${value} [${cellText(lower, column.unit)}, ${cellText(upper, column.unit)}]`
          : value;
      return column.name === "nll" && estimator !== undefined ? `${withInterval} ${estimator}` : withInterval;
    }),
  ]);
  const [answers = [], ...rest] = others;
  const width = (column: readonly string[]) => largest(column.map(cell => cell.length)) + 2;
  const parts: string[][][] = [];
  let room = 0;
  for (const column of [answers, standing, ...rest]) {
    const needed = width(column);
    if (parts.length === 0 || needed > room) {
      parts.push([]);
      room = line - width(first);
    }
    parts.at(-1)?.push(column);
    room -= needed;
  }
  return parts.map(part =>
    alignColumns(
      first.map((name, row) => [name, ...part.map(column => column[row] ?? "")]),
      [],
    ).trimEnd(),
  );
}

/** `best`, `not distinguishable (−0.012, p = 0.4)`, `worse by 0.2`, or that it is no better than a constant. */
export function standingText({standing, best, constant}: VerdictRow): string {
  const value = (of: VerdictRow["best"]) => num(of?.difference.value ?? 0);
  const p = (of: VerdictRow["best"]) => (of?.pHolm === undefined ? "" : `, ${pText(of.pHolm)}`);
  switch (standing) {
    case "best":
      return "best";
    case "not-distinguishable":
      return `not distinguishable (${value(best)}${p(best)})`;
    case "worse":
      return `worse by ${num(Math.abs(best?.difference.value ?? 0))} (${p(best).slice(2) || "no test"})`;
    case "no-better-than-constant":
      return `no better than a constant (${value(constant)}${p(constant)})`;
    case "unknown":
      return "no answers of its own";
  }
}
