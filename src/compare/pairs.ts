import type {PairResult} from "../records/results/estimates.ts";
import {measured} from "../records/results/value.ts";
import {holm} from "../stats/holm.ts";
import {bootstrapInterval} from "../stats/interval.ts";
import {exchangesOf, pairRows} from "./paired.ts";
import type {ScoredSystem} from "./score-systems.ts";
import type {CompareSettings} from "./settings.ts";

/** Say the same of every system. */
const THE_SAME = ["truth", "constant"];

/**
 * Systems side by side: the difference of every two on the same documents, for each estimator and metric, with interval,
 * test and effect size.
 *
 * One estimator's pairs over all metrics are one table: their p-values are corrected together (Holm).
 *
 * Source: METHODS §4
 */
export function pairsOf(systems: readonly ScoredSystem[], settings: CompareSettings): PairResult[] {
  const names = [...new Set(systems.flatMap(({rows}) => rows.map(({row}) => row.name)))];
  return names.filter(name => !THE_SAME.includes(name)).flatMap(name => pairsOfEstimator(name, systems, settings));
}

function pairsOfEstimator(
  estimator: string,
  systems: readonly ScoredSystem[],
  settings: CompareSettings,
): PairResult[] {
  const rows = systems.flatMap(({name, rows}) => {
    const row = rows.find(one => one.row.name === estimator);
    return row === undefined ? [] : [{name, row}];
  });
  const twos = rows.flatMap((left, index) => rows.slice(index + 1).map(right => ({left, right})));
  const exchanges = exchangesOf(settings, twos.length * settings.metrics.length);
  const pairs = twos.flatMap(({left, right}) =>
    settings.metrics.map((metric): PairResult => {
      const pair = pairRows(metric, {left: left.row, right: right.row}, settings, exchanges);
      const method = left.row.metrics.get(metric)?.metric.interval ?? "bca";
      const interval = bootstrapInterval(pair.draws, {method, level: settings.level});
      return {
        left: left.name,
        right: right.name,
        estimator,
        metric,
        difference: measured({value: pair.draws.estimate, reason: pair.reason, n: pair.n}, interval),
        ...(pair.p === undefined ? {} : {p: pair.p}),
        ...(pair.effect === undefined ? {} : {effect: pair.effect}),
        test: pair.test,
      };
    }),
  );
  const corrected = holm(pairs.map(({p}) => p));
  return pairs.map((pair, index) => {
    const pHolm = corrected[index];
    return pHolm === undefined ? pair : {...pair, pHolm};
  });
}
