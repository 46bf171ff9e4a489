import {smallest} from "../math/extremes.ts";
import {type Measured, measured, missing} from "../records/results/value.ts";
import {combineDraws, type Draws} from "../stats/draws.ts";
import {bootstrapInterval} from "../stats/interval.ts";

/** One model's mean on the shared resamples, with its size. */
export interface SizedDraws {
  /** Parameters. */
  readonly size: number;
  readonly draws: Draws;
}

/** How a mean changes with size. */
export interface Trend {
  /** Least squares, per doubling; missing with fewer than three sizes. */
  readonly slope: Measured;
  /** With exactly two sizes: larger minus smaller. */
  readonly difference?: Measured;
  /** The slope's draws, or with two sizes the difference's: for comparing trends on the same resamples. */
  readonly draws?: Draws;
}

/**
 * Change of a mean with the binary logarithm of model size, from draws made together for all models.
 *
 * "Documents vary, models fixed": every resample has the same documents for each model, and the line is fitted through the
 * means on it. Least squares gives each model the same weight. Models without a value are left out, as the note says.
 * Two sizes give a difference and no slope; one size gives neither. n is that of the model with the fewest documents.
 *
 * Source: METHODS §5; the least-squares slope is the sum of (x − x̄)·y / Σ(x − x̄)², so that its draws are a weighted sum of
 * the models' draws
 */
export function trendOf(points: readonly SizedDraws[], level: number): Trend {
  const known = points.filter(({draws}) => draws.estimate !== undefined);
  const n = smallest(known.map(({draws}) => draws.documents));
  const sizes = [...new Set(known.map(({size}) => size))].sort((one, other) => one - other);
  const [least, most] = [sizes[0], sizes.at(-1)];
  if (least === undefined || most === undefined) return {slope: missing("no model has a value")};
  if (least <= 0) return {slope: missing("a model has no parameters to count: its size has no logarithm")};
  if (sizes.length === 1) return {slope: missing("one size: a slope needs three, a difference two", n)};
  const x = known.map(({size}) => Math.log2(size));
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const squares = x.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const without = points.length - known.length;
  const note = without === 0 ? undefined : `${without} of ${points.length} models have no value and are left out`;
  const line = (scale: number) => {
    const draws = weightedSum(
      known.map((point, index) => ({draws: point.draws, weight: (scale * ((x[index] ?? 0) - mean)) / squares})),
    );
    return {draws, measured: withNote(measureDraws(draws, level), note)};
  };
  if (sizes.length > 2) {
    const {draws, measured: slope} = line(1);
    return {slope, draws};
  }
  // A line through two sizes passes through their means, so the difference is its slope times their distance.
  const {draws, measured: difference} = line(Math.log2(most) - Math.log2(least));
  return {slope: missing("two sizes: a difference, no slope", n), difference, draws};
}

/** A number from its draws: BCa where the documents' pulls are known, else the percentile interval. */
export function measureDraws(draws: Draws, level: number, why = "no value"): Measured {
  const method = draws.influences === undefined ? "percentile" : "bca";
  const interval = draws.estimate === undefined ? undefined : bootstrapInterval(draws, {level, method});
  return measured({value: draws.estimate, reason: why, n: draws.documents}, interval);
}

/** The draws of a weighted sum of numbers that were drawn together. */
export function weightedSum(terms: readonly {readonly draws: Draws; readonly weight: number}[]): Draws {
  return combineDraws(
    terms.map(({draws}) => draws),
    values => terms.reduce((sum, {weight}, at) => sum + weight * (values[at] ?? 0), 0),
  );
}

function withNote(number: Measured, note: string | undefined): Measured {
  if (note === undefined) return number;
  return {...number, note: number.note === undefined ? note : `${number.note}; ${note}`};
}
