import {type Matrix, rowOf} from "./matrix.ts";

/** Mean and standard deviation of each column. */
export interface ColumnScale {
  readonly mean: Float64Array;
  /** Over n, not n − 1; 1 where a column is constant, so that it becomes 0 everywhere. */
  readonly deviation: Float64Array;
}

/** A column that varies by less than this share of its size is constant: what is left is rounding. */
const CONSTANT = 10 * Number.EPSILON;

/**
 * Mean and standard deviation of the columns of a matrix, as scikit-learn's StandardScaler has them.
 *
 * @throws RangeError for a matrix without rows
 */
export function columnScale(matrix: Matrix): ColumnScale {
  const {rows, columns} = matrix;
  if (rows === 0) throw new RangeError("a matrix without rows has no scale");
  const average = (value: (row: number, column: number) => number) => {
    const sums = new Float64Array(columns);
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) sums[column] = (sums[column] ?? 0) + value(row, column);
    }
    return sums.map(sum => sum / rows);
  };
  const entry = (row: number, column: number) => matrix.data[row * columns + column] ?? 0;
  const mean = average(entry);
  const variance = average((row, column) => (entry(row, column) - (mean[column] ?? 0)) ** 2);
  const deviation = variance.map((square, column) => {
    const spread = Math.sqrt(square);
    return spread <= CONSTANT * Math.abs(mean[column] ?? 0) || spread === 0 ? 1 : spread;
  });
  return {mean, deviation};
}

/** (x − mean) / deviation for every entry. @param matrix with as many columns as the scale */
export function standardised(matrix: Matrix, {mean, deviation}: ColumnScale): Matrix {
  const result = {...matrix, data: Float64Array.from(matrix.data)};
  for (let row = 0; row < result.rows; row += 1) {
    const entries = rowOf(result, row);
    for (let column = 0; column < entries.length; column += 1) {
      entries[column] = ((entries[column] ?? 0) - (mean[column] ?? 0)) / (deviation[column] ?? 1);
    }
  }
  return result;
}
