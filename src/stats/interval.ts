import {normalCdf, normalQuantile} from "../math/normal.ts";
import type {Draws} from "./draws.ts";
import {quantileUnsorted} from "./quantile.ts";

/** A bootstrap interval, or why there is none. */
export type Interval =
  | {
      readonly given: true;
      readonly low: number;
      readonly high: number;
      /** The share of samples whose interval should hold the truth, for example 0.95. */
      readonly level: number;
      /** What was computed in the end: BCa falls back on the percentile interval and says so in `note`. */
      readonly method: IntervalMethod;
      /** Resamples that had a value, and those that had none. */
      readonly resamples: number;
      readonly undefinedResamples: number;
      /** Both ends are equal: every resample gave the same value. Not a sign of certainty. */
      readonly zeroWidth: boolean;
      readonly note?: string;
    }
  | {readonly given: false; readonly reason: string};

export type IntervalMethod = "percentile" | "bca";

export interface IntervalOptions {
  /** In (0, 1); default 0.95. */
  readonly level?: number;
  /** Default "bca". */
  readonly method?: IntervalMethod;
}

/** Below this many documents no interval is given. */
const FEWEST_DOCUMENTS = 10;

/**
 * A bootstrap interval for one statistic: percentile, or bias-corrected and accelerated.
 *
 * BCa shifts the percentiles by the median bias of the replicates and by the skewness of the documents' pulls; use it
 * for skewed statistics such as a loss with rare large values. Where it does not exist (the estimate lies outside all
 * replicates, or leaving a document out leaves no value) the percentile interval stands in, with a note.
 *
 * Not given, with the reason: no estimate; fewer than 10 documents (resamples of so few documents vary too little: the
 * interval covers the truth far less often than it says); fewer than half of the resamples with a value. One document
 * or equal documents would give a width of 0: with at least 10 documents that is given and said (`zeroWidth`).
 *
 * @throws RangeError for a level outside (0, 1)
 * Source: Efron 1987; Efron & Tibshirani 1993, §14.3; agrees with scipy.stats.bootstrap on the same replicates
 */
export function bootstrapInterval(draws: Draws, options: IntervalOptions = {}): Interval {
  const level = options.level ?? 0.95;
  if (!(level > 0 && level < 1)) throw new RangeError(`an interval needs a level between 0 and 1, not ${level}`);
  const known = draws.replicates.filter(value => value !== undefined);
  const reason = whyNone(draws, known.length);
  if (reason !== undefined) return {given: false, reason};
  const tail = (1 - level) / 2;
  const plain = {low: tail, high: 1 - tail};
  const counts = {resamples: known.length, undefinedResamples: draws.replicates.length - known.length};
  if (isFlat(known)) return {given: true, ...flatInterval(draws.estimate ?? 0), level, ...counts};
  const shifted = (options.method ?? "bca") === "bca" ? bcaShares(draws, known, plain) : undefined;
  const shares = typeof shifted === "object" ? shifted : plain;
  const low = quantileUnsorted(known, shares.low) ?? 0;
  const high = quantileUnsorted(known, shares.high) ?? 0;
  return {
    given: true,
    low,
    high,
    level,
    method: typeof shifted === "object" ? "bca" : "percentile",
    ...counts,
    zeroWidth: low === high,
    ...(typeof shifted === "string" ? {note: `${shifted}; the percentile interval is given instead`} : {}),
  };
}

/** How far apart two values of this size may be and still be the same sum in another order. */
function roundingOf(value: number): number {
  return 1e-12 * Math.max(1, Math.abs(value));
}

function isFlat(values: readonly number[]): boolean {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high - low <= roundingOf(Math.max(Math.abs(low), Math.abs(high)));
}

function flatInterval(estimate: number) {
  const note = "every resample gave the same value: the documents here do not differ in it, others may";
  return {low: estimate, high: estimate, method: "percentile" as const, zeroWidth: true, note};
}

function whyNone(draws: Draws, known: number): string | undefined {
  if (draws.estimate === undefined) return "no value to put an interval around";
  if (draws.documents < FEWEST_DOCUMENTS) {
    const count = draws.documents === 1 ? "1 document" : `${draws.documents} documents`;
    return `${count}: an interval needs at least ${FEWEST_DOCUMENTS}, since resamples of fewer vary too little`;
  }
  if (known === 0 || 2 * known < draws.replicates.length) {
    return `only ${known} of ${draws.replicates.length} resamples have a value: too few documents bear on it`;
  }
  return undefined;
}

/** The two shares of the replicates at which a BCa interval ends, or why there are none. */
function bcaShares(
  draws: Draws,
  known: readonly number[],
  plain: {readonly low: number; readonly high: number},
): {low: number; high: number} | string {
  const {estimate, influences} = draws;
  if (estimate === undefined || influences === undefined) return "BCa needs a value without each of the documents";
  // A replicate that ties with the estimate counts half, as in SciPy: otherwise a discrete statistic looks biased. The
  // sums behind equal values are rounded differently, so a tie is not equality of bits.
  const slack = roundingOf(estimate);
  let below = 0;
  for (const value of known) below += value < estimate - slack ? 1 : value <= estimate + slack ? 0.5 : 0;
  if (below === 0 || below === known.length) return "BCa needs replicates on both sides of the estimate";
  const bias = normalQuantile(below / known.length);
  const squares = influences.reduce((sum, pull) => sum + pull ** 2, 0);
  const cubes = influences.reduce((sum, pull) => sum + pull ** 3, 0);
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
  const shift = (share: number): number => {
    const z = bias + normalQuantile(share);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
  const shares = {low: shift(plain.low), high: shift(plain.high)};
  // Beyond 1/acceleration the correction turns around and the ends would cross.
  return shares.low < shares.high ? shares : "BCa's acceleration is too large for this level";
}
