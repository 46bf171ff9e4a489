/** A pivot smaller than this share of its diagonal entry is rounding: the matrix is singular. */
const SINGULAR = 1e-14;

/**
 * The solution of A·x = b for a symmetric, safely positive definite A.
 *
 * @param lower n·n numbers, row after row; only the lower triangle is read, nothing is written
 * @param b n numbers
 * @returns undefined where A is not positive definite, or so nearly singular that x would be rounding
 * @throws RangeError where the sizes do not fit
 * Source: Golub & Van Loan 2013, §4.2
 */
export function solvePositiveDefinite(lower: Float64Array, b: Float64Array): Float64Array | undefined {
  const n = b.length;
  if (lower.length !== n * n) throw new RangeError(`${lower.length} entries of a matrix of ${n} rows`);
  const factor = new Float64Array(lower);
  const entry = (row: number, column: number) => factor[row * n + column] ?? 0;
  for (let row = 0; row < n; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      let sum = entry(row, column);
      for (let inner = 0; inner < column; inner += 1) sum -= entry(row, inner) * entry(column, inner);
      if (column < row) {
        factor[row * n + column] = sum / entry(column, column);
      } else {
        if (!(sum > SINGULAR * Math.abs(entry(row, row)))) return undefined;
        factor[row * n + row] = Math.sqrt(sum);
      }
    }
  }
  const x = new Float64Array(b);
  for (let row = 0; row < n; row += 1) {
    for (let column = 0; column < row; column += 1) x[row] = (x[row] ?? 0) - entry(row, column) * (x[column] ?? 0);
    x[row] = (x[row] ?? 0) / entry(row, row);
  }
  for (let row = n - 1; row >= 0; row -= 1) {
    for (let below = row + 1; below < n; below += 1) x[row] = (x[row] ?? 0) - entry(below, row) * (x[below] ?? 0);
    x[row] = (x[row] ?? 0) / entry(row, row);
  }
  return x.every(Number.isFinite) ? x : undefined;
}
