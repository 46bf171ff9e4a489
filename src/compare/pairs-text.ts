import {alignColumns} from "../catalog/table.ts";
import type {Results} from "../records/results/results.ts";
import {runTitles} from "./run-titles.ts";
import {chunks, columnHead, digitsOf, intervalText} from "./text-cells.ts";

/** Columns of values without intervals side by side. */
const COLUMNS = 10;
/** With more runs than this their differences are left to pairs.csv. */
const MOST_RUNS = 3;

/** Every metric of every estimator over the columns: values alone, numbered as in the list above them. */
export function sideBySideText(results: Results): string {
  const {runs, estimates, settings} = results;
  const titles = runTitles(results);
  const names = settings.estimators;
  const legend = runs.map(({run}, index) => `  [${index + 1}] ${titles.get(run) ?? run}`);
  const tables = settings.metrics.flatMap(metric =>
    chunks([...runs.keys()], COLUMNS).map(places =>
      alignColumns(
        [
          [columnHead(metric), ...places.map(place => `[${place + 1}]`)],
          ...names.map(name => [
            name,
            ...places.map(place => {
              const value = estimates[runs[place]?.run ?? ""]?.[name]?.metrics[metric]?.value;
              return value === undefined ? "–" : value.toFixed(digitsOf(metric));
            }),
          ]),
        ],
        places.map((_, index) => index + 1),
      ).trimEnd(),
    ),
  );
  return ["Side by side, on the same documents", ...legend, "", tables.join("\n\n")].join("\n");
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
