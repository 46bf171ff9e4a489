import {createRng} from "../math/rng.ts";
import {type MetricInput, metricTable} from "../metric/input.ts";
import type {Metric, PreparedMetric} from "../metric/metric.ts";
import {type Draws, resample} from "../stats/draws.ts";
import type {ComparedTask} from "./compared-task.ts";
import type {CompareSettings} from "./settings.ts";
import {type EstimateRow, inputOfRow, type System, targetsOf} from "./system.ts";

/** One metric of one row, with its resamples. */
export interface ScoredMetric {
  readonly metric: Metric;
  readonly ready: PreparedMetric;
  readonly draws: Draws;
}

export interface ScoredRow {
  readonly row: EstimateRow;
  readonly input: MetricInput;
  /** By the metric's name. */
  readonly metrics: ReadonlyMap<string, ScoredMetric>;
}

export interface ScoredSystem {
  readonly name: string;
  readonly rows: readonly ScoredRow[];
}

/** Rows that say the same in every system: they look at documents alone, never at a run's records. */
const SHARED = ["truth", "constant"];

/**
 * Every row of every system scored by every metric, all on the same resamples of the documents: each difference of two
 * draws is then one of a paired bootstrap.
 */
export function scoreSystems(
  systems: readonly System[],
  task: ComparedTask,
  settings: CompareSettings & {readonly chosen: readonly Metric[]},
): ScoredSystem[] {
  const targets = targetsOf(task);
  const unique = new Map<string, EstimateRow>();
  for (const {name, rows} of systems) for (const row of rows) unique.set(keyOf(name, row), row);
  const prepared = [...unique].flatMap(([key, row]) => {
    const input = inputOfRow(task, targets, row);
    const table = metricTable(input);
    return settings.chosen.map(metric => ({key, row, input, metric, ready: metric.prepare(table)}));
  });
  const scored = new Map<string, ScoredRow & {metrics: Map<string, ScoredMetric>}>();
  for (const method of ["bca", "percentile"] as const) {
    const some = prepared.filter(({metric}) => metric.interval === method);
    const draws = resample(
      some.map(({ready}) => ready),
      {
        documents: task.documents.length,
        resamples: settings.resamples,
        // The same stream both times: pairs across the two groups stay pairs.
        rng: createRng(`${settings.seed}/documents`),
        influences: method === "bca",
      },
    );
    some.forEach(({key, row, input, metric, ready}, index) => {
      const drawn = draws[index];
      if (drawn === undefined) return;
      const entry = scored.get(key) ?? {row, input, metrics: new Map<string, ScoredMetric>()};
      entry.metrics.set(metric.name, {metric, ready, draws: drawn});
      scored.set(key, entry);
    });
  }
  return systems.map(({name, rows}) => ({name, rows: rows.flatMap(row => scored.get(keyOf(name, row)) ?? [])}));
}

function keyOf(system: string, {name}: EstimateRow): string {
  return SHARED.includes(name) ? name : `${name}\n${system}`;
}
