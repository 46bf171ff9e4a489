import {addTimes, dot, type Matrix, timesVector, transposedTimesVector} from "./matrix.ts";
import type {Rng} from "./rng.ts";
import {tridiagonalEigen} from "./tridiagonal-eigen.ts";

/** The largest singular values of a matrix, and the directions of its rows that they belong to. */
export interface TruncatedSvd {
  /** Largest first, all above 0. */
  readonly singularValues: readonly number[];
  /** Unit vectors as long as a row; the entry of largest size is positive. */
  readonly directions: readonly Float64Array[];
}

/** What may be left of a Ritz vector when it counts as found, as a share of the largest eigenvalue. */
const CONVERGED = 1e-11;
/** Singular values below this share of the largest are rounding, and left out. */
const RANK = 1e-7;

/**
 * The k largest singular values of a matrix and their right singular vectors: with the columns centred, its principal
 * components.
 *
 * Lanczos steps on the smaller of MᵀM and MMᵀ, every new vector made orthogonal to all before it, until the k largest
 * have settled: for 1000 × 576 and k = 64 some 200 products with the matrix instead of a decomposition of all of it.
 * Fewer than k come back where the rank is smaller. The matrix is not centred here. Of a singular value that occurs
 * several times exactly, all copies are found only where the steps run through the whole space.
 *
 * @param rng the direction to start from; the result does not depend on it beyond rounding
 * @throws RangeError for a k that is not a whole number of at least 1
 * Source: Golub & Van Loan 2013, §10.1; scikit-learn's TruncatedSVD(algorithm="arpack") gives the same up to sign
 */
export function truncatedSvd(matrix: Matrix, k: number, rng: Rng): TruncatedSvd {
  if (!Number.isInteger(k) || k < 1) throw new RangeError(`cannot keep ${k} components`);
  const tall = matrix.rows >= matrix.columns;
  const size = Math.min(matrix.rows, matrix.columns);
  if (size === 0) return {singularValues: [], directions: []};
  const apply = tall
    ? (v: Float64Array) => transposedTimesVector(matrix, timesVector(matrix, v))
    : (v: Float64Array) => timesVector(matrix, transposedTimesVector(matrix, v));
  const found = largestEigen(apply, size, Math.min(k, size), rng);
  const floor = RANK * RANK * (found[0]?.value ?? 0);
  const kept = found.filter(({value}) => value > floor && value > 0);
  return {
    singularValues: kept.map(({value}) => Math.sqrt(value)),
    directions: kept.map(({vector}) => pointed(unit(tall ? vector : transposedTimesVector(matrix, vector)))),
  };
}

interface Eigen {
  readonly value: number;
  readonly vector: Float64Array;
}

/** The k largest eigenvalues of a symmetric, positive semidefinite map, largest first, with their vectors. */
function largestEigen(apply: (v: Float64Array) => Float64Array, size: number, k: number, rng: Rng): Eigen[] {
  const basis: Float64Array[] = [];
  const [diagonal, beside]: [number[], number[]] = [[], []];
  let look = Math.min(size, 2 * k + 20);
  let next = fresh(basis, size, rng);
  for (;;) {
    basis.push(next);
    const image = apply(next);
    diagonal.push(dot(image, next));
    orthogonalise(image, basis);
    let length = Math.sqrt(dot(image, image));
    if (basis.length === size) return ritz(basis, diagonal, beside, k);
    const largest = diagonal.reduce((most, entry) => Math.max(most, entry), 0);
    if (length <= Number.EPSILON * largest * 16) {
      // The space reached so far is closed: go on in a direction outside it, which nothing couples to.
      length = 0;
      next = fresh(basis, size, rng);
    } else {
      next = image.map(entry => entry / length);
    }
    if (basis.length >= look && length > 0) {
      if (settled(diagonal, beside, k, length)) return ritz(basis, diagonal, beside, k);
      look = Math.min(size, Math.ceil(basis.length * 1.25));
    }
    beside.push(length);
  }
}

/** Whether the k largest Ritz pairs would hardly change: the residual of each is the last coordinate times the length. */
function settled(diagonal: readonly number[], beside: readonly number[], k: number, length: number): boolean {
  const {values, vectors} = tridiagonalEigen(diagonal, beside, [diagonal.length - 1]);
  const order = descending(values);
  const largest = values[order[0] ?? 0] ?? 0;
  return order.slice(0, k).every(index => Math.abs(length * (vectors[index]?.[0] ?? 0)) <= CONVERGED * largest);
}

function ritz(
  basis: readonly Float64Array[],
  diagonal: readonly number[],
  beside: readonly number[],
  k: number,
): Eigen[] {
  const {values, vectors} = tridiagonalEigen(diagonal, beside);
  return descending(values)
    .slice(0, k)
    .map(index => {
      const vector = new Float64Array(basis[0]?.length ?? 0);
      basis.forEach((direction, step) => {
        addTimes(vector, vectors[index]?.[step] ?? 0, direction);
      });
      return {value: values[index] ?? 0, vector};
    });
}

function descending(values: Float64Array): number[] {
  return Array.from(values.keys()).sort((one, other) => (values[other] ?? 0) - (values[one] ?? 0));
}

/** A random unit vector orthogonal to a basis that does not fill the space. */
function fresh(basis: readonly Float64Array[], size: number, rng: Rng): Float64Array {
  for (;;) {
    const drawn = unit(Float64Array.from({length: size}, () => rng() - 0.5));
    orthogonalise(drawn, basis);
    // What is left of a vector that lay almost within the basis would be rounding.
    if (dot(drawn, drawn) > 1e-8) return unit(drawn);
  }
}

/** Takes the basis out of a vector, in place; twice, since once leaves rounding behind. */
function orthogonalise(vector: Float64Array, basis: readonly Float64Array[]): void {
  for (let round = 0; round < 2; round += 1) {
    for (const direction of basis) addTimes(vector, -dot(vector, direction), direction);
  }
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map(entry => entry / length);
}

/** The vector or its opposite: the one whose entry of largest size is positive. */
function pointed(vector: Float64Array): Float64Array {
  const most = vector.reduce((best, entry) => (Math.abs(entry) > Math.abs(best) ? entry : best), 0);
  return most < 0 ? vector.map(entry => -entry) : vector;
}
