import type {Rng} from "../math/rng.ts";
import {type Draws, resample} from "../stats/draws.ts";
import {bootstrapInterval, type Interval, type IntervalOptions} from "../stats/interval.ts";
import {type MetricInput, metricTable} from "./input.ts";
import type {Metric, MetricOptions, MetricResult} from "./metric.ts";

/** One metric's value with its interval. */
export interface Score {
  readonly metric: Metric;
  readonly result: MetricResult;
  readonly interval: Interval;
  readonly draws: Draws;
}

/** The metrics' values on one set of documents, without intervals. */
export function measure(
  metrics: readonly Metric[],
  input: MetricInput,
  options?: MetricOptions,
): {readonly metric: Metric; readonly result: MetricResult}[] {
  const table = metricTable(input);
  return metrics.map(metric => ({metric, result: metric.prepare(table, options).result}));
}

/**
 * The metrics' values with bootstrap intervals over documents, all on the same resamples.
 *
 * @param options.resamples default 2000; `strata`: the stratum of each document; `level`: as for `bootstrapInterval`;
 *   `method`: one for all metrics instead of each one's own
 * Source: METHODS §4
 */
export function score(
  metrics: readonly Metric[],
  input: MetricInput,
  options: IntervalOptions &
    MetricOptions & {
      readonly rng: Rng;
      readonly resamples?: number;
      readonly strata?: readonly (string | number)[];
    },
): Score[] {
  const table = metricTable(input);
  const prepared = metrics.map(metric => ({metric, ready: metric.prepare(table, options)}));
  const draws = resample(
    prepared.map(({ready}) => ready),
    {...options, documents: table.total, influences: options.method !== "percentile"},
  );
  return prepared.flatMap(({metric, ready}, index) => {
    const drawn = draws[index];
    return drawn === undefined
      ? []
      : [
          {
            metric,
            result: ready.result,
            interval: bootstrapInterval(drawn, {method: metric.interval, ...options}),
            draws: drawn,
          },
        ];
  });
}
