/** A dense matrix in float64, row after row: entry (r, c) is `data[r * columns + c]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

/**
 * A matrix of rows of equal length.
 *
 * No rows give a matrix of 0 × 0. @throws RangeError for rows of different length, or a number that is not finite
 */
export function matrixOf(rows: readonly ArrayLike<number>[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const data = new Float64Array(rows.length * columns);
  rows.forEach((row, index) => {
    if (row.length !== columns) throw new RangeError(`row ${index} has ${row.length} numbers, the first ${columns}`);
    data.set(row, index * columns);
  });
  if (!data.every(Number.isFinite)) throw new RangeError("a matrix needs finite numbers");
  return {rows: rows.length, columns, data};
}

/** One row, as a view of the matrix: writing to it writes to the matrix. */
export function rowOf({columns, data}: Matrix, row: number): Float64Array {
  return data.subarray(row * columns, (row + 1) * columns);
}

/** Some rows of a matrix, in the order given, copied. */
export function pickRows(matrix: Matrix, rows: readonly number[]): Matrix {
  const {columns} = matrix;
  const data = new Float64Array(rows.length * columns);
  rows.forEach((row, index) => {
    data.set(rowOf(matrix, row), index * columns);
  });
  return {rows: rows.length, columns, data};
}

/** Σ a·b. @param one as long as `other` */
export function dot(one: Float64Array, other: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < one.length; index += 1) sum += (one[index] ?? 0) * (other[index] ?? 0);
  return sum;
}

/** Adds `times` times a vector to `target`, in place. */
export function addTimes(target: Float64Array, times: number, vector: Float64Array): void {
  for (let index = 0; index < target.length; index += 1) {
    target[index] = (target[index] ?? 0) + times * (vector[index] ?? 0);
  }
}

/** Matrix times vector: one number a row. @param vector as long as a row */
export function timesVector(matrix: Matrix, vector: Float64Array): Float64Array {
  return Float64Array.from({length: matrix.rows}, (_, row) => dot(rowOf(matrix, row), vector));
}

/** Transposed matrix times vector: one number a column. @param vector as long as a column */
export function transposedTimesVector(matrix: Matrix, vector: Float64Array): Float64Array {
  const result = new Float64Array(matrix.columns);
  for (let row = 0; row < matrix.rows; row += 1) addTimes(result, vector[row] ?? 0, rowOf(matrix, row));
  return result;
}
