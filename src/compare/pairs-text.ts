import {alignColumns} from "../catalog/table.ts";
import {largest} from "../math/extremes.ts";
import type {Results} from "../records/results/results.ts";
import {runTitles} from "./run-titles.ts";
import {chunks, columnHead, digitsOf, intervalText} from "./text-cells.ts";

/** Characters of a line where the terminal does not say. */
const LINE = 100;
/** With more runs than this their differences are left to pairs.csv. */
const MOST_RUNS = 3;

/** Every metric of every estimator over the columns: values alone, numbered as in the list above them. */
export function sideBySideText(results: Results, lineLength = LINE): string {
  const titles = runTitles(results);
  const legend = results.runs.map(({run}, index) => `  [${index + 1}] ${titles.get(run) ?? run}`);
  return ["Side by side, on the same documents", ...legend, "", sideBySideTables(results, lineLength)].join("\n");
}

/**
 * A table a metric, a column a run, `[1]` the first. Where a line has no room for all of them, as few tables as that takes,
 * of about the same number of columns.
 */
export function sideBySideTables({runs, estimates, settings}: Results, lineLength = LINE): string {
  const names = settings.estimators;
  const tables = settings.metrics.flatMap(metric => {
    const head = columnHead(metric);
    const columns = runs.map(({run}, place) => [
      `[${place + 1}]`,
      ...names.map(name => estimates[run]?.[name]?.metrics[metric]?.value?.toFixed(digitsOf(metric)) ?? "–"),
    ]);
    const width = largest(columns.flat().map(cell => cell.length)) + 2;
    const room = Math.max(1, Math.floor((lineLength - largest([head, ...names].map(name => name.length))) / width));
    const size = Math.ceil(runs.length / Math.ceil(runs.length / room));
    return chunks(columns, size).map(some => {
      const rows = [head, ...names].map((name, row) => [name, ...some.map(column => column[row] ?? "")]);
      return alignColumns(
        rows,
        [...some.keys()].map(column => column + 1),
      ).trimEnd();
    });
  });
  return tables.join("\n\n");
}

/** Paired differences of two or three columns with intervals; of more, where to find them. */
export function pairsText(results: Results): string {
  const {runs, pairs, settings} = results;
  if (pairs.length === 0) return "";
  if (runs.length > MOST_RUNS) {
    const twos = (runs.length * (runs.length - 1)) / 2;
    return `Paired differences of ${twos} pairs with intervals and tests: pairs.csv`;
  }
  const titles = runTitles(results);
  const titleOf = (run: string) => titles.get(run) ?? run;
  const twos = [...new Map(pairs.map(({left, right}) => [`${left}\n${right}`, {left, right}])).values()];
  const blocks = twos.flatMap(({left, right}) => {
    const own = pairs.filter(pair => pair.left === left && pair.right === right);
    const names = [...new Set(own.map(({estimator}) => estimator))];
    const tables = chunks(settings.metrics, 3).map(metrics =>
      alignColumns(
        [
          ["difference", ...metrics.map(columnHead)],
          ...names.map(name => [
            name,
            ...metrics.map(metric => {
              const pair = own.find(one => one.estimator === name && one.metric === metric);
              if (pair === undefined) return "";
              const p = pair.pHolm === undefined ? "" : ` ${pText(pair.pHolm)}`;
              return `${intervalText(metric, pair.difference)}${p}`;
            }),
          ]),
        ],
        [],
      ).trimEnd(),
    );
    return [`${titleOf(left)} − ${titleOf(right)}`, ...tables].join("\n");
  });
  return ["Paired differences, left − right; p after Holm over an estimator's pairs and metrics", ...blocks].join(
    "\n\n",
  );
}

function pText(p: number): string {
  return p < 0.001 ? "p<.001" : `p=${p.toFixed(3).replace(/^0/, "")}`;
}
