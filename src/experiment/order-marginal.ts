import {viewRun} from "../dynamics/run-view.ts";
import type {RunEstimates} from "../estimate/estimate-documents.ts";
import {orderMarginal as averageOrders} from "../estimate/order-marginal.ts";
import {largest, smallest} from "../math/extremes.ts";
import type {ExperimentColumn, ExperimentTable} from "../records/results/experiment.ts";
import {changedRows, type DrawnRow, drawnTable} from "./drawn-table.ts";
import type {Experiment, Material, ModelRuns, SettingRun} from "./experiment.ts";
import {drawScores, estimatesOf, scoreColumns} from "./metric-columns.ts";
import {type Drawn, drawAverage, drawMean, type Resampling} from "./resampling.ts";

/** The task's own order, or --label-order: what a single run would have. */
const OWN = "own order";
const DEFAULT_ORDERS = 5;

const SPREAD: readonly ExperimentColumn[] = [
  {
    name: "deviation",
    title: "deviation of an estimate",
    kind: "number",
    summary:
      "standard deviation of a label's estimate over the random orders (n − 1 in the denominator), mean over labels and documents",
  },
  {
    name: "range",
    title: "largest range",
    kind: "number",
    summary:
      "largest minus smallest estimate over the random orders, of the label where that is largest; mean over documents",
  },
  {
    name: "other-top",
    title: "other top label",
    kind: "share",
    summary: "share of documents whose highest estimate is not the same label in all random orders",
  },
  {
    name: "other-answer",
    title: "other answer",
    kind: "share",
    summary: "share of documents whose answers do not name the same set of labels in all random orders",
  },
];

/**
 * What is left of an estimate when the order of the labels in the prompt is averaged out?
 *
 * Each model runs with the order of the task (or `--label-order`) and with m random ones. NLL and L1 are convex, so that the average of m
 * estimates is never worse in them than m single ones on average: what counts is the difference to the own order, and
 * how much single orders scatter.
 *
 * Source: METHODS §3, `order-marginal`
 */
export const orderMarginal: Experiment = {
  name: "order-marginal",
  title: "An estimator averaged over random label orders",
  summary: "what is left of an estimate when the order of the labels in the prompt is averaged out?",
  varies: "labelOrder",
  settingTitle: "label order",
  estimators: ["max-over-generations"],
  variations: ({orders = DEFAULT_ORDERS}) => [
    {setting: OWN, changes: {}},
    ...Array.from({length: orders}, (_, index) => {
      const order = `random:${index + 1}`;
      return {setting: order, changes: {labelOrder: order}};
    }),
  ],
  tables: material => material.estimators.flatMap(estimator => tablesOf(material, estimator)),
  figures: ({settings}) =>
    settings.estimators.flatMap(table => [
      {table, shape: {kind: "dots", together: false} as const, columns: ["nll", "l1", "example-f1"]},
    ]),
};

function tablesOf({models, resampling}: Material, estimator: string): ExperimentTable[] {
  const found = models.map(one => rowsOf(one, estimator, resampling));
  const head = {settingTitle: orderMarginal.settingTitle};
  const m = (models[0]?.runs.length ?? 1) - 1;
  return [
    drawnTable(
      {
        ...head,
        name: estimator,
        title: `${estimator}: single orders and their average`,
        caption: `single: the mean of the metric over ${m} random orders; averaged: the metric of the estimates' mean over them.`,
      },
      scoreColumns,
      found.flatMap(({summary}) => summary),
      resampling,
    ),
    drawnTable(
      {
        ...head,
        name: `${estimator}-changes`,
        title: `${estimator}: against its own order`,
        caption: "Later row minus the own order, paired by document.",
      },
      scoreColumns,
      found.flatMap(({summary}) => changedRows(summary)),
      resampling,
    ),
    drawnTable(
      {
        ...head,
        name: `${estimator}-orders`,
        title: `${estimator}: every random order`,
        caption: "How much a metric depends on the order that was drawn.",
      },
      scoreColumns,
      found.flatMap(({single}) => single),
      resampling,
    ),
    drawnTable(
      {
        ...head,
        name: `${estimator}-spread`,
        title: `${estimator}: scatter over the random orders`,
        caption: "For one document and label, how far the random orders are apart.",
      },
      SPREAD,
      found.map(({spread}) => spread),
      resampling,
    ),
  ];
}

function rowsOf({model, runs}: ModelRuns, estimator: string, resampling: Resampling) {
  const [own, ...random] = runs;
  if (own === undefined || random.length < 2) throw new RangeError("an average needs at least two random orders");
  const estimates = random.map(run => estimatesOf(run, estimator));
  const scored = random.map((run, index) => {
    const estimated = estimates[index];
    return estimated === undefined ? [] : drawScores(run, estimated, resampling);
  });
  const rowOf = (setting: string, drawn: readonly Drawn[]): DrawnRow => ({model, setting, drawn});
  const m = random.length;
  return {
    summary: [
      rowOf(OWN, drawScores(own, estimatesOf(own, estimator), resampling)),
      rowOf(
        `random, single (mean of ${m})`,
        scoreColumns.map((_, at) => drawAverage(scored.flatMap(drawn => drawn[at] ?? []))),
      ),
      rowOf(`random, averaged (${m})`, drawScores(own, averageOrders(estimates), resampling)),
    ],
    single: random.map((run, index) => rowOf(run.setting, scored[index] ?? [])),
    spread: rowOf(`${m} random`, drawSpread(random, estimates, resampling)),
  };
}

function drawSpread(runs: readonly SettingRun[], estimates: readonly RunEstimates[], resampling: Resampling): Drawn[] {
  const views = runs.map(run => viewRun(run));
  const ids = views[0]?.ids ?? [];
  const byId = estimates.map(({documents}) => new Map(documents.map(({id, estimate}) => [id, estimate])));
  const scatter = ids.flatMap((id, row) => {
    const found = byId.map(one => one.get(id));
    const values = found.flatMap(one => (one === undefined || "reason" in one ? [] : [one.values]));
    return values.length < found.length ? [] : [{row, ...scatterOf(values)}];
  });
  const answers = ids.flatMap((id, row) => {
    const sets = views.flatMap(view => {
      const document = view.traced.find(one => one.id === id);
      return document === undefined ? [] : [document.answer.labels.toSorted().join("\n")];
    });
    return sets.length < views.length ? [] : [{row, value: new Set(sets).size > 1 ? 1 : 0}];
  });
  const mean = (of: (one: (typeof scatter)[number]) => number) =>
    drawMean(
      resampling,
      scatter.map(one => ({row: one.row, value: of(one)})),
      "no document has an estimate under every order",
    );
  return [
    mean(({deviation}) => deviation),
    mean(({range}) => range),
    mean(({otherTop}) => otherTop),
    drawMean(resampling, answers, "no document has an answer under every order"),
  ];
}

/** @param values one array over the labels an order, the labels in the same order in each */
function scatterOf(values: readonly (readonly number[])[]): {deviation: number; range: number; otherTop: number} {
  const [first = []] = values;
  const perLabel = first.map((_, label) => {
    const numbers = values.map(one => one[label] ?? 0);
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    const squares = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {deviation: Math.sqrt(squares / (numbers.length - 1)), range: largest(numbers) - smallest(numbers)};
  });
  const tops = values.map(one => one.indexOf(largest(one)));
  return {
    deviation: perLabel.reduce((sum, {deviation}) => sum + deviation, 0) / perLabel.length,
    range: largest(perLabel.map(({range}) => range)),
    otherTop: new Set(tops).size > 1 ? 1 : 0,
  };
}
