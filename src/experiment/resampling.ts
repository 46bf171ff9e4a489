import {drawSamples, meanDraws, type Observation, type Samples, tally} from "../dynamics/measure.ts";
import {createRng} from "../math/rng.ts";
import type {MetricInput} from "../metric/input.ts";
import {metricTable} from "../metric/input.ts";
import type {Metric} from "../metric/metric.ts";
import {type Measured, measured} from "../records/results/value.ts";
import {combineDraws, type Draws, resample, subtractDraws} from "../stats/draws.ts";
import {bootstrapInterval, type IntervalMethod} from "../stats/interval.ts";

/** How intervals are made: over the same resamples of the same documents for every run, so that differences are paired. */
export interface Resampling {
  readonly documents: number;
  readonly seed: number;
  readonly resamples: number;
  readonly level: number;
  readonly samples: Samples;
}

/** A number on every resample, with what a reader is told where it is missing. */
export interface Drawn {
  readonly draws: Draws;
  readonly reason: string;
  readonly method: IntervalMethod;
}

/** Draws the resamples of an experiment's documents once. */
export function resamplingOf(options: Omit<Resampling, "samples">): Resampling {
  const {documents, seed, resamples, level} = options;
  return {...options, samples: drawSamples(documents, {resamples, level, rng: createRng(`${seed}/documents`)})};
}

/** A mean over observations, each of which belongs to a document. */
export function drawMean(resampling: Resampling, observations: readonly Observation[], reason: string): Drawn {
  return {draws: meanDraws(resampling.samples, tally(observations)), reason, method: "bca"};
}

/** A metric on the same resamples: `resample` draws them again from the same seed. */
export function drawMetric(resampling: Resampling, metric: Metric, input: MetricInput): Drawn {
  const ready = metric.prepare(metricTable(input));
  const {documents, seed, resamples} = resampling;
  const [draws] = resample([ready], {
    documents,
    resamples,
    rng: createRng(`${seed}/documents`),
    influences: metric.interval === "bca",
  });
  if (draws === undefined) throw new RangeError("one metric has one set of draws");
  return {draws, reason: ready.result.reason ?? "no value", method: metric.interval};
}

/** left − right on the same resamples; missing where either is. */
export function drawDifference({left, right}: {readonly left: Drawn; readonly right: Drawn}): Drawn {
  const reason = left.draws.estimate === undefined ? left.reason : right.reason;
  return {draws: subtractDraws({left: left.draws, right: right.draws}), reason, method: left.method};
}

/**
 * The mean of several numbers on the same resamples; missing where one of them is.
 *
 * @throws RangeError for no numbers
 */
export function drawAverage(parts: readonly Drawn[]): Drawn {
  const [first] = parts;
  if (first === undefined) throw new RangeError("there is nothing to average");
  return {
    draws: combineDraws(
      parts.map(({draws}) => draws),
      values => values.reduce((sum, value) => sum + value, 0) / values.length,
    ),
    reason: parts.find(({draws}) => draws.estimate === undefined)?.reason ?? first.reason,
    method: first.method,
  };
}

/** As it stands in a table. */
export function measuredOf({level}: Resampling, {draws, reason, method}: Drawn): Measured {
  const result = {value: draws.estimate, reason, n: draws.documents};
  return measured(result, draws.estimate === undefined ? undefined : bootstrapInterval(draws, {level, method}));
}
