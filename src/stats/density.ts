import {kernelDensityEstimation, sampleStandardDeviation} from "simple-statistics";
import {ascending, quantile} from "./quantile.ts";

/** The outline of a violin: a curve, one point where all values are equal, or nothing. */
export type Density =
  | {
      readonly kind: "curve";
      /** Equally spaced from left to right, at least two. `density` is per unit of x. */
      readonly points: readonly {readonly x: number; readonly density: number}[];
      /** Standard deviation of the kernel, in the unit of the values. */
      readonly bandwidth: number;
      /** How the bandwidth was found. */
      readonly rule: BandwidthRule;
    }
  | {readonly kind: "point"; readonly at: number}
  | {readonly kind: "none"; readonly reason: string};

export type BandwidthRule = "silverman" | "standard-deviation" | "range";

export interface DensityOptions {
  /** How many points the curve has; default 128. */
  readonly points?: number;
  /** Where the values cannot lie outside: what would spill over is folded back, so that the area stays 1. */
  readonly bounds?: {readonly low: number; readonly high: number};
}

/**
 * Silverman's bandwidth, with fallbacks for spiky data.
 *
 * 0.9·min(s, IQR/1.34)·n^(−1/5). Where the quartiles coincide (three quarters of the top probabilities at 1) that is 0,
 * and s stands in for the minimum. Never below a hundredth of the range: where the quartiles *almost* coincide the curve
 * would be a needle that no figure can show.
 *
 * @param sorted ascending, at least two values that differ
 * Source: Silverman 1986, (3.31); R's bw.nrd0 for the first fallback
 */
function bandwidthOf(sorted: readonly number[]): {bandwidth: number; rule: BandwidthRule} {
  const deviation = sampleStandardDeviation(sorted);
  const spread = ((quantile(sorted, 0.75) ?? 0) - (quantile(sorted, 0.25) ?? 0)) / 1.34;
  const shrink = 0.9 * sorted.length ** -0.2;
  const found = spread > 0 ? Math.min(deviation, spread) * shrink : deviation * shrink;
  const least = ((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)) / 100;
  if (found < least) return {bandwidth: least, rule: "range"};
  return {bandwidth: found, rule: spread > 0 ? "silverman" : "standard-deviation"};
}

/**
 * Gaussian kernel density of a sample, for violin plots.
 *
 * The curve reaches three bandwidths beyond the smallest and largest value, or to the bounds. The kernel sum is
 * simple-statistics'; its default bandwidth is not used, since it is 0 where the quartiles coincide.
 *
 * No values give none; one value, or equal values, give a point.
 *
 * @throws RangeError for a value that is not finite or out of bounds, or fewer than two points
 */
export function density(values: readonly number[], options: DensityOptions = {}): Density {
  const {bounds} = options;
  const count = options.points ?? 128;
  if (!Number.isInteger(count) || count < 2) throw new RangeError(`a curve needs at least two points, not ${count}`);
  const sorted = ascending(values);
  const [low, high] = [sorted[0], sorted.at(-1)];
  if (low === undefined || high === undefined) return {kind: "none", reason: "no values"};
  if (!sorted.every(Number.isFinite)) throw new RangeError("a value is not finite");
  if (bounds !== undefined && (low < bounds.low || high > bounds.high)) {
    throw new RangeError(`values from ${low} to ${high} leave the bounds ${bounds.low} to ${bounds.high}`);
  }
  if (low === high) return {kind: "point", at: low};
  const {bandwidth, rule} = bandwidthOf(sorted);
  const kernelSum = kernelDensityEstimation(sorted, "gaussian", bandwidth);
  const heightAt = (x: number): number =>
    bounds === undefined ? kernelSum(x) : kernelSum(x) + kernelSum(2 * bounds.low - x) + kernelSum(2 * bounds.high - x);
  const from = Math.max(low - 3 * bandwidth, bounds?.low ?? Number.NEGATIVE_INFINITY);
  const to = Math.min(high + 3 * bandwidth, bounds?.high ?? Number.POSITIVE_INFINITY);
  const points = Array.from({length: count}, (_, index) => {
    const x = from + ((to - from) * index) / (count - 1);
    return {x, density: heightAt(x)};
  });
  return {kind: "curve", points, bandwidth, rule};
}
