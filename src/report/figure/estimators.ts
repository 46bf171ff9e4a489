import {runTitles} from "../../compare/run-titles.ts";
import type {EstimatorResult} from "../../records/results/estimates.ts";
import type {Results} from "../../records/results/results.ts";
import type {Measured} from "../../records/results/value.ts";
import {type Drawing, type Figure, inOrder, intervalWords, reasonsOf} from "./figure.ts";
import {forest} from "./forest.ts";
import {key, stacked} from "./key.ts";
import {inGrid} from "./picture.ts";

interface Panel {
  readonly heading: string;
  readonly xLabel: string;
  readonly domain?: readonly [number, number];
  readonly reference?: number;
  readonly of: (result: EstimatorResult) => Measured | undefined;
}

const METRICS: readonly Panel[] = [
  {heading: "NLL (lower is better)", xLabel: "nats a document", of: ({metrics}) => metrics.nll},
  {heading: "L1 (lower is better)", xLabel: "labels", of: ({metrics}) => metrics.l1},
  {
    heading: "Example-F1 (higher is better)",
    xLabel: "share",
    domain: [0, 1],
    of: ({metrics}) => metrics["example-f1"],
  },
];

const TRUTH: readonly Panel[] = [
  {
    heading: "Bias: labels too many or too few",
    xLabel: "labels a document",
    reference: 0,
    of: ({againstTruth}) => againstTruth?.bias,
  },
  {
    heading: "Error: L1 to the exact marginals",
    xLabel: "labels a document",
    of: ({againstTruth}) => againstTruth?.error,
  },
];

/** Every estimator of every run against the annotators, and against the exact marginals where a corpus knows them. */
export const estimators: Figure = {
  name: "estimators",
  section: "estimators",
  path: "estimates.<run>.<estimator>.metrics",
  read: "Each row is an estimator, each mark a run with its interval; `constant` and `truth` are rows of their own.",
  worry: "An estimator that is not better than the row `constant`.",
  draw: results => {
    const words = `Against the ${results.task.annotations === "annotators" ? "annotators" : "aggregated labels"} on the documents of the test split.`;
    const metrics = forests(results, {
      name: "estimators",
      title: "Estimators: one probability a label, against the annotations",
      words,
      panels: METRICS,
    });
    const known = Object.values(results.estimates).some(byName =>
      Object.values(byName).some(({againstTruth}) => againstTruth !== undefined),
    );
    if (!known) return [metrics];
    const title = "Estimators against the exact marginals of the synthetic corpus";
    const truth = {name: "estimators-against-truth", title, words: "0 is unbiased, and without error.", panels: TRUTH};
    return [metrics, forests(results, truth)];
  },
};

function forests(
  results: Results,
  what: {readonly name: string; readonly title: string; readonly words: string; readonly panels: readonly Panel[]},
): Drawing {
  const {name, title} = what;
  const titles = runTitles(results);
  const runs = inOrder(results, results.estimates);
  const rows = [...new Set(runs.flatMap(([, byName]) => Object.keys(byName)))].filter(row =>
    runs.some(([, byName]) => what.panels.some(({of}) => byName[row] !== undefined && of(byName[row]) !== undefined)),
  );
  const valued = what.panels.map(panel => ({
    ...panel,
    series: runs.map(([run, byName]) => ({
      name: titles.get(run) ?? run,
      values: rows.map(row => (byName[row] === undefined ? undefined : panel.of(byName[row]))),
    })),
  }));
  const numbers = valued.flatMap(({series}) =>
    series.flatMap(({values}) => values.filter(number => number !== undefined)),
  );
  if (!numbers.some(({value}) => value !== undefined))
    return {name, title, reason: reasonsOf(numbers) || "no estimate can be held against annotations"};
  const panels = valued.map(({heading, xLabel, domain, reference, series}, column) => ({
    heading,
    picture: forest({
      rows,
      series,
      xLabel,
      width: 320,
      bare: column > 0,
      ...(domain === undefined ? {} : {domain}),
      ...(reference === undefined ? {} : {reference}),
    }),
  }));
  const grid = inGrid(panels, 3, 16);
  const names = runs.map(([run]) => titles.get(run) ?? run);
  const missing = reasonsOf(numbers);
  const caption = [what.words, intervalWords(results, numbers), ...(missing ? [`Missing: ${missing}.`] : [])].join(" ");
  return {name, title, caption, picture: stacked([key(names, grid.width), grid], 10)};
}
