import {heldOutDocuments, type SplitHalf, splitHalf} from "../estimate/split-half.ts";
import type {MetricTable, Target, TargetTable} from "../metric/input.ts";
import type {Metric} from "../metric/metric.ts";
import {byName} from "../records/record-of.ts";
import type {Ceiling, CeilingRow} from "../records/results/estimates.ts";
import type {ComparedTask} from "./compared-task.ts";
import {type DocumentValues, meansOf} from "./mean-of.ts";
import type {CompareSettings} from "./settings.ts";
import type {EstimateRow, System} from "./system.ts";

const SHARED = ["truth", "constant"];

interface BlockRow {
  /** Absent for a row that does not depend on a run. */
  readonly run?: string;
  readonly name: string;
  readonly title: string;
  /** Absent for `split-half` itself. */
  readonly estimates?: ReadonlyMap<string, readonly number[]>;
}

/**
 * The ceiling block: how well one half of the annotators predicts the other, and every row of the comparison against the
 * same held-out half, averaged over the splits.
 *
 * It has the metrics that are means over documents: a document's value is averaged over the splits, and the interval is
 * over documents. Where nobody annotated twice there is no block, with the reason.
 *
 * Source: METHODS §3, the ceiling block
 */
export function ceilingOf(
  systems: readonly System[],
  task: ComparedTask,
  settings: CompareSettings & {readonly chosen: readonly Metric[]},
): Ceiling {
  const block = splitHalf(task.documents, task.labels, {seed: settings.seed});
  if (block.usable === 0) {
    const [first] = block.leftOut;
    return {reason: first === undefined ? "no documents" : `no document can be split: ${first.reason}`};
  }
  const metrics = settings.chosen.filter(({shape}) => shape === "per-document");
  const rows = rowsOf(systems);
  const halves = heldOutHalves(block);
  const lists = rows.flatMap(row => valuesOf(row, block, halves, task, metrics));
  const means = meansOf(lists, block.usable, settings, "no estimate for a document with two annotators");
  const scored = rows.map((row, place): CeilingRow => {
    const values = metrics.flatMap(({name}, index) => {
      const mean = means[place * metrics.length + index];
      return mean === undefined ? [] : [[name, mean] as const];
    });
    return {title: row.title, metrics: Object.fromEntries(values)};
  });
  const named = rows.flatMap(({run, name}, index) => {
    const row = scored[index];
    return row === undefined ? [] : [{run, name, row}];
  });
  const ofRun = (run: string | undefined) =>
    Object.fromEntries(named.filter(one => one.run === run).map(({name, row}) => [name, row]));
  return {
    splits: block.splits,
    documents: block.usable,
    leftOut: [...block.leftOut],
    shared: ofRun(undefined),
    runs: byName(systems.map(({name}) => [name, ofRun(name)])),
  };
}

/**
 * How far each system's answers stand from one half of the annotators, both held against the other half: the row's value
 * minus the annotators', document by document, averaged over the splits.
 *
 * @param rowName the row of each system, by the system's name
 * @returns one list of differences a system, by its name; empty where nobody annotated twice
 */
export function gapsToPeople(
  systems: readonly System[],
  task: ComparedTask,
  metric: Metric,
  {seed}: Pick<CompareSettings, "seed">,
  rowName: (system: System) => string | undefined,
): ReadonlyMap<string, DocumentValues> {
  const block = splitHalf(task.documents, task.labels, {seed});
  if (block.usable === 0) return new Map();
  const halves = heldOutHalves(block);
  const [people] = valuesOf({name: "split-half", title: ""}, block, halves, task, [metric]);
  return new Map(
    systems.flatMap(system => {
      const row = system.rows.find(({name}) => name === rowName(system));
      if (row === undefined) return [];
      const {name, title} = row;
      const [own] = valuesOf({run: system.name, name, title, estimates: estimatesOf(row)}, block, halves, task, [
        metric,
      ]);
      const gaps = (own ?? []).map((value, document) => {
        const theirs = people?.[document];
        return value === undefined || theirs === undefined ? undefined : value - theirs;
      });
      return [[system.name, gaps] as const];
    }),
  );
}

function rowsOf(systems: readonly System[]): BlockRow[] {
  const shared = new Map<string, EstimateRow>();
  for (const {rows} of systems) for (const row of rows) if (SHARED.includes(row.name)) shared.set(row.name, row);
  return [
    {name: "split-half", title: "Split half of the annotators"},
    ...[...shared.values()].map(row => ({name: row.name, title: row.title, estimates: estimatesOf(row)})),
    ...systems.flatMap(({name: run, rows}) =>
      rows
        .filter(({name, estimates}) => !SHARED.includes(name) && estimates.estimated > 0)
        .map(row => ({run, name: row.name, title: row.title, estimates: estimatesOf(row)})),
    ),
  ];
}

function estimatesOf({estimates}: EstimateRow): Map<string, readonly number[]> {
  return new Map(
    estimates.documents.flatMap(({id, estimate}) => ("reason" in estimate ? [] : [[id, estimate.values] as const])),
  );
}

/** The held-out half of one split: each document's human distribution and gold set, as the metrics take them. */
type HeldOut = readonly {readonly human: Float64Array; readonly gold: Float64Array}[];

function heldOutHalves(block: SplitHalf): HeldOut[] {
  return Array.from({length: block.splits}, (_, split) =>
    heldOutDocuments(block, split).map(({human, gold}) => ({
      human: Float64Array.from(human),
      gold: Float64Array.from(gold, Number),
    })),
  );
}

/** The row's estimates in one split, by document: always the same but for `split-half`, whose other half predicts. */
function estimatesIn(row: BlockRow, block: SplitHalf, split: number): (Float64Array | undefined)[] {
  return heldOutDocuments(block, split, row.estimates).map(({q}) => (q === undefined ? q : Float64Array.from(q)));
}

/**
 * For each metric the documents' values, averaged over the splits in which they have one.
 *
 * Tables are laid out here and not by `metricTable`: estimates and halves were checked where they were made, and the same
 * halves serve every row.
 */
function valuesOf(
  row: BlockRow,
  block: SplitHalf,
  halves: readonly HeldOut[],
  {labels}: ComparedTask,
  metrics: readonly Metric[],
): DocumentValues[] {
  const sums = metrics.map(() => new Float64Array(block.usable));
  const counts = metrics.map(() => new Int32Array(block.usable));
  const fixed = row.estimates === undefined ? undefined : estimatesIn(row, block, 0);
  halves.forEach((half, split) => {
    const table = tableOf(labels, fixed ?? estimatesIn(row, block, split), half);
    metrics.forEach((metric, place) => {
      metric.prepare(table).perDocument?.forEach((value, document) => {
        const [sum, count] = [sums[place], counts[place]];
        if (value === undefined || sum === undefined || count === undefined) return;
        sum[document] = (sum[document] ?? 0) + value;
        count[document] = (count[document] ?? 0) + 1;
      });
    });
  });
  return sums.map((sum, place) =>
    Array.from(sum, (value, document) => {
      const count = counts[place]?.[document] ?? 0;
      return count === 0 ? undefined : value / count;
    }),
  );
}

function tableOf(
  labels: readonly string[],
  estimates: readonly (Float64Array | undefined)[],
  half: HeldOut,
): MetricTable {
  const total = half.length;
  const held = half.flatMap((targets, row) => {
    const q = estimates[row];
    return q === undefined ? [] : [{row, q, targets}];
  });
  const rows = Int32Array.from(held, ({row}) => row);
  const of = (target: Target): TargetTable => ({
    labels,
    total,
    rows,
    documents: held.map(({q, targets}) => ({q, target: targets[target]})),
    withoutEstimate: total - held.length,
    withoutTarget: 0,
  });
  return {labels, total, human: of("human"), gold: of("gold")};
}
