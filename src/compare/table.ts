import type {MetricValue} from "../records/results/estimates.ts";
import {measured} from "../records/results/value.ts";
import {holm} from "../stats/holm.ts";
import {bootstrapInterval} from "../stats/interval.ts";
import {exchangesOf, pairRows} from "./paired.ts";
import type {ScoredMetric, ScoredRow, ScoredSystem} from "./score-systems.ts";
import type {CompareSettings} from "./settings.ts";

/** Is no estimator, so it neither wins nor loses: it stands in the table as what could be reached. */
const OUT_OF_COMPETITION = ["truth"];
/** Values closer than this are the same sum in another order. */
const TIE = 1e-12;

/**
 * One system's table: every metric of every row with its interval, the best of each column marked, and those that are
 * not significantly worse than it.
 *
 * Each other row is tested against the best of its column on the documents that both have; the p-values of the whole
 * table are corrected together (Holm). The best one was picked by looking, which the correction over all the others of its
 * column covers.
 *
 * @returns metrics by row, then by metric, in the order of the rows
 * Source: METHODS §4
 */
export function tableOf(system: ScoredSystem, settings: CompareSettings): Map<string, Record<string, MetricValue>> {
  const values = new Map(system.rows.map(({row, metrics}) => [row.name, valuesOf(metrics, settings)]));
  const contests = settings.metrics.flatMap(metric => contestsOf(metric, system, settings));
  const tested = contests.filter(({rival, best}) => rival !== best);
  const exchanges = exchangesOf(settings, tested.length);
  const p = tested.map(({metric, rival, best}) => pairRows(metric, {left: rival, right: best}, settings, exchanges).p);
  const corrected = holm(p);
  const mark = (rival: ScoredRow, metric: string, marks: Partial<MetricValue>) => {
    const row = values.get(rival.row.name);
    const value = row?.[metric];
    if (row !== undefined && value !== undefined) row[metric] = {...value, ...marks};
  };
  for (const {metric, rival, best, tie} of contests) {
    if (rival === best || tie) mark(rival, metric, {best: true, notWorse: true});
  }
  tested.forEach(({metric, rival, tie}, index) => {
    const pHolm = corrected[index];
    if (pHolm !== undefined && !tie) mark(rival, metric, {notWorse: pHolm >= 1 - settings.level, pHolm});
  });
  return values;
}

interface Contest {
  readonly metric: string;
  readonly rival: ScoredRow;
  readonly best: ScoredRow;
  /** Has the best value, too. */
  readonly tie: boolean;
}

/** Every row that has a value in a column, beside the best of the column. */
function contestsOf(metric: string, system: ScoredSystem, {metrics}: CompareSettings): Contest[] {
  if (!metrics.includes(metric)) return [];
  const rows = system.rows.flatMap(row => {
    const scored = row.metrics.get(metric);
    const value = scored?.ready.result.value;
    if (scored === undefined || value === undefined || OUT_OF_COMPETITION.includes(row.row.name)) return [];
    return [{row, loss: scored.metric.better === "smaller" ? value : -value}];
  });
  const [first, ...others] = rows;
  if (first === undefined) return [];
  const best = others.reduce((least, one) => (one.loss < least.loss - TIE ? one : least), first);
  return rows.map(({row, loss}) => ({metric, rival: row, best: best.row, tie: loss - best.loss <= TIE}));
}

function valuesOf(metrics: ReadonlyMap<string, ScoredMetric>, settings: CompareSettings): Record<string, MetricValue> {
  const entries = settings.metrics.flatMap(name => {
    const scored = metrics.get(name);
    return scored === undefined ? [] : [[name, columnValue(scored, settings)] as const];
  });
  return Object.fromEntries(entries);
}

function columnValue({metric, ready, draws}: ScoredMetric, {level}: CompareSettings): MetricValue {
  const {result} = ready;
  const value = measured(result, bootstrapInterval(draws, {method: metric.interval, level}));
  const labels = result.parts?.map(({label, value: part, reason, positives}) => ({
    label,
    ...(part === undefined ? {} : {value: part}),
    ...(reason === undefined ? {} : {reason}),
    positives,
  }));
  return {
    ...value,
    ...(labels === undefined ? {} : {labels}),
    ...(result.leftOut.length === 0 ? {} : {leftOut: result.leftOut.map(one => ({...one}))}),
  };
}
