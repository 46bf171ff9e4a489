import {BOUNDED, isExact, lowerOf, upperOf, type Value} from "../math/bounded.ts";
import type {Rng} from "../math/rng.ts";
import {type Measured, measured} from "../records/results/value.ts";
import type {Draws} from "../stats/draws.ts";
import {bootstrapInterval} from "../stats/interval.ts";
import {weightedSums} from "../stats/weighted-sums.ts";
import {drawWeights, strataOf, type Weights} from "../stats/weights.ts";

/** Bootstrap resamples of some documents, drawn once and shared by every number: so that their differences are paired. */
export interface Samples {
  readonly documents: number;
  readonly weights: readonly Weights[];
  /** Of the intervals. */
  readonly level: number;
}

export interface SampleOptions {
  /** Default 2000. */
  readonly resamples?: number | undefined;
  /** Default 0.95. */
  readonly level?: number | undefined;
  readonly rng: Rng;
}

/** A value of one document; a document may have none or several. */
export interface Observation {
  /** The document's place among the resampled ones. */
  readonly row: number;
  readonly value: number;
}

/** Observations summed by document, for means that are cheap on a resample: entry i is about document rows[i]. */
export interface Tally {
  readonly rows: Int32Array;
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

/**
 * Draws the resamples of `documents` documents.
 *
 * @throws RangeError for a number of resamples that is not a whole number ≥ 1
 */
export function drawSamples(documents: number, {resamples = 2000, level = 0.95, rng}: SampleOptions): Samples {
  if (!Number.isInteger(resamples) || resamples < 1) throw new RangeError(`cannot take ${resamples} resamples`);
  const strata = strataOf(documents);
  const weights = Array.from({length: documents === 0 ? 0 : resamples}, () => {
    const drawn = new Int32Array(documents);
    drawWeights(drawn, strata, rng);
    return drawn;
  });
  return {documents, weights, level};
}

/** Sums observations by document, in the order of the documents. */
export function tally(observations: readonly Observation[]): Tally {
  const documents = observations.reduce((most, {row}) => Math.max(most, row + 1), 0);
  const sums = new Float64Array(documents);
  const counts = new Float64Array(documents);
  for (const {row, value} of observations) {
    sums[row] = (sums[row] ?? 0) + value;
    counts[row] = (counts[row] ?? 0) + 1;
  }
  const seen = (_: number, row: number) => counts[row] !== 0;
  const rows = Int32Array.from({length: documents}, (_, row) => row).filter(seen);
  return {rows, sums: sums.filter(seen), counts: counts.filter(seen)};
}

function ratio(sum: number, count: number): number | undefined {
  return count === 0 ? undefined : sum / count;
}

/** How many observations are drawn in every resample; the same for tallies of the same documents. */
export function drawnCounts({rows, counts}: Tally, {documents, weights}: Samples): Float64Array {
  // A resample has as many documents as there are: where each has one observation, nothing is left to count.
  const onceEach = rows.length === documents && counts.every(count => count === 1);
  return onceEach ? new Float64Array(weights.length).fill(documents) : weightedSums(rows, counts, weights);
}

/** The mean over observations on every resample; `undefined` where none is drawn. */
function weightedMeans(observed: Tally, samples: Samples, drawn: Float64Array): (number | undefined)[] {
  const totals = weightedSums(observed.rows, observed.sums, samples.weights);
  const means = new Array<number | undefined>(totals.length);
  for (let index = 0; index < totals.length; index += 1) means[index] = ratio(totals[index] ?? 0, drawn[index] ?? 0);
  return means;
}

/**
 * A mean over observations on every resample, with the documents' pulls for BCa.
 *
 * The same as `resample` of stats/draws.ts gives on these resamples: leaving one document out of a mean has a closed form,
 * so that the pulls cost one pass.
 */
export function meanDraws(samples: Samples, observed: Tally, drawn = drawnCounts(observed, samples)): Draws {
  const {rows, sums, counts} = observed;
  const sum = sums.reduce((total, value) => total + value, 0);
  const count = counts.reduce((total, value) => total + value, 0);
  const estimate = count === 0 ? undefined : sum / count;
  const without = new Array<number>(samples.documents).fill(estimate ?? 0);
  rows.forEach((row, index) => {
    without[row] = (sum - (sums[index] ?? 0)) / (count - (counts[index] ?? 0));
  });
  const middle = without.reduce((total, value) => total + value, 0) / samples.documents;
  const pull = (value: number) => (1 - 1 / samples.documents) * (middle - value);
  return {
    documents: rows.length,
    estimate,
    replicates: weightedMeans(observed, samples, drawn),
    // One document alone has no mean without it.
    influences: without.every(Number.isFinite) && samples.documents > 1 ? without.map(pull) : undefined,
  };
}

/** A mean over documents with its BCa interval, or the reason why there is none. */
export function meanOf(
  samples: Samples,
  observations: readonly Observation[],
  why: string,
  drawn?: Float64Array,
): Measured {
  const draws = meanDraws(samples, tally(observations), drawn);
  const interval = draws.estimate === undefined ? undefined : bootstrapInterval(draws, {level: samples.level});
  return measured({value: draws.estimate, reason: why, n: draws.documents}, interval);
}

/** A value of one document that may be bounded, or not known at all. */
export interface ValueObservation {
  readonly row: number;
  readonly value: Value | undefined;
}

/**
 * A mean over values some of which are bounded: then it lies between the means of the bounds, and the interval reaches from
 * the lower end of the lower mean to the upper end of the upper one. Without any bounded value it is `meanOf`.
 */
export function meanOfValues(samples: Samples, observations: readonly ValueObservation[], why: string): Measured {
  const known = observations.flatMap(({row, value}) => (value === undefined ? [] : [{row, value}]));
  const reason = known.length === 0 && observations.length > 0 ? NOT_READ : why;
  const ends = (end: (value: Value) => number) =>
    meanOf(
      samples,
      known.map(({row, value}) => ({row, value: end(value)})),
      reason,
    );
  const low = ends(lowerOf);
  if (known.every(({value}) => isExact(value)) || low.value === undefined) return low;
  const high = ends(upperOf);
  const {method, note, n} = low;
  return {
    reason: BOUNDED,
    n,
    between: [low.value, high.value ?? low.value],
    ...(low.lower === undefined || high.upper === undefined ? {} : {lower: low.lower, upper: high.upper}),
    ...(method === undefined ? {} : {method}),
    ...(note === undefined ? {} : {note}),
  };
}

/** Why a number is missing at every step. */
const NOT_READ = "the engine does not read it";

/** The share of documents of which something is true. */
export function shareOf(
  samples: Samples,
  observations: readonly {readonly row: number; readonly holds: boolean}[],
  why: string,
): Measured {
  const numbers = observations.map(({row, holds}) => ({row, value: holds ? 1 : 0}));
  return meanOf(samples, numbers, why);
}

/** The mean of the finite values; the note counts the others. */
export function finiteMean(samples: Samples, observations: readonly Observation[], why: string): Measured {
  const finite = observations.filter(({value}) => Number.isFinite(value));
  const infinite = observations.length - finite.length;
  const mean = meanOf(samples, finite, infinite > 0 ? `infinite at all ${infinite} label steps` : why);
  if (infinite === 0 || mean.value === undefined) return mean;
  const note = `${infinite} label steps with an infinite value are left out`;
  return {...mean, note: mean.note === undefined ? note : `${mean.note}; ${note}`};
}
