import {quantile as quantileOf, quantileSorted} from "simple-statistics";

/** Numbers in ascending order; the input is left as it is. */
export function ascending(values: ArrayLike<number>): number[] {
  const sorted = new Float64Array(values).sort();
  // Every interval sorts 2000 numbers: spreading them takes longer than sorting.
  const list = new Array<number>(sorted.length);
  sorted.forEach((value, index) => {
    list[index] = value;
  });
  return list;
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

/**
 * `quantile` of numbers in any order: for one or two quantiles of many numbers, without the time to sort them.
 *
 * @param values free of NaN
 * @throws RangeError for a share outside [0, 1]
 */
export function quantileUnsorted(values: readonly number[], share: number): number | undefined {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`a quantile needs a share in [0, 1], not ${share}`);
  return values.length === 0 ? undefined : quantileOf([...values], share);
}
