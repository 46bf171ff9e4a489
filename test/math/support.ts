import type {Matrix} from "../../src/math/matrix.ts";
import {matrixOf, rowOf} from "../../src/math/matrix.ts";
import type {Rng} from "../../src/math/rng.ts";

/** A matrix of numbers about as spread as a normal law. */
export const randomMatrix = (rows: number, columns: number, rng: Rng): Matrix =>
  matrixOf(
    Array.from({length: rows}, () =>
      Float64Array.from({length: columns}, () => rng() + rng() + rng() + rng() + rng() + rng() - 3),
    ),
  );

export const rowsOf = (matrix: Matrix): number[][] =>
  Array.from({length: matrix.rows}, (_, row) => [...rowOf(matrix, row)]);

/** The largest distance between numbers in the same places; NaN where there are not as many. */
export const farthest = (one: ArrayLike<number>, other: ArrayLike<number>): number =>
  one.length === other.length
    ? Array.from(one).reduce((most, value, index) => Math.max(most, Math.abs(value - (other[index] ?? Number.NaN))), 0)
    : Number.NaN;
