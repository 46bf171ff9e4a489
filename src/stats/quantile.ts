import {quantileSorted} from "simple-statistics";

/** Numbers in ascending order; the input is left as it is. */
export function ascending(values: Iterable<number>): number[] {
  return [...Float64Array.from(values).sort()];
}

/**
 * The quantile of a sample, interpolated linearly between order statistics (type 7: NumPy's and R's default).
 *
 * 0 gives the smallest, 1 the largest value; one value is every quantile of itself; no values have none.
 *
 * @param sorted ascending, free of NaN; see `ascending`
 * @param share in [0, 1]
 * @throws RangeError for a share outside [0, 1]
 * @example quantile([1, 2], 0.5) // 1.5
 * Source: simple-statistics `quantileSorted`; Hyndman & Fan 1996
 */
export function quantile(sorted: readonly number[], share: number): number | undefined {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a quantile needs a share in [0, 1], not ${share}`);
  return sorted.length === 0 ? undefined : quantileSorted(sorted, share);
}
