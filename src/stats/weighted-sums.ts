import type {Weights} from "./weights.ts";

/**
 * Σ weights[rows[i]] · values[i] on every resample, to the bit what one sum after another gives.
 *
 * Four resamples at a time: their sums do not wait for one another, which is several times faster.
 *
 * @param allRows the document of each value
 * @returns one sum a resample
 */
export function weightedSums(
  allRows: Int32Array,
  allValues: Float64Array,
  resamples: readonly Weights[],
): Float64Array {
  // A value of 0 adds nothing to any sum, and lists of things that hold or not are full of them.
  const rows = allRows.filter((_, index) => allValues[index] !== 0);
  const values = allValues.filter(value => value !== 0);
  const sums = new Float64Array(resamples.length);
  const none = new Int32Array();
  for (let from = 0; from < resamples.length; from += 4) {
    const one = resamples[from] ?? none;
    const two = resamples[from + 1] ?? none;
    const three = resamples[from + 2] ?? none;
    const four = resamples[from + 3] ?? none;
    let [sum1, sum2, sum3, sum4] = [0, 0, 0, 0];
    for (let index = 0; index < rows.length; index += 1) {
      const row = rows[index] ?? 0;
      const value = values[index] ?? 0;
      sum1 += (one[row] ?? 0) * value;
      sum2 += (two[row] ?? 0) * value;
      sum3 += (three[row] ?? 0) * value;
      sum4 += (four[row] ?? 0) * value;
    }
    // What is beyond the last resample is not stored.
    sums[from] = sum1;
    sums[from + 1] = sum2;
    sums[from + 2] = sum3;
    sums[from + 3] = sum4;
  }
  return sums;
}
