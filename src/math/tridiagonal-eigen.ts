/** Entries below this are 0: arithmetic on the smallest numbers keeps no digits. */
const NOTHING = 1e-290;
/** Sweeps for one eigenvalue; a handful is usual. */
const SWEEPS = 100;

/** The eigenvalues of a tridiagonal matrix, and what its eigenvectors look like. */
export interface TridiagonalEigen {
  /** In no particular order. */
  readonly values: Float64Array;
  /** For each eigenvalue the chosen coordinates of its unit eigenvector. */
  readonly vectors: readonly Float64Array[];
}

/**
 * Eigenvalues and eigenvectors of a symmetric tridiagonal matrix, by QL steps with implicit shifts.
 *
 * Exact for a matrix that differs from this one by rounding of its largest entry: eigenvalues far smaller than that keep
 * few digits.
 *
 * @param diagonal n ≥ 1 entries, @param beside n − 1 entries next to the diagonal; both are left as they are
 * @param coordinates which coordinates of the eigenvectors to work out; all of them cost O(n³), one costs O(n²)
 * @throws RangeError where the sizes do not fit, or an eigenvalue does not settle
 * Source: Golub & Van Loan 2013, §8.3; Parlett 1998, ch. 8
 */
export function tridiagonalEigen(
  diagonal: ArrayLike<number>,
  beside: ArrayLike<number>,
  coordinates: readonly number[] = Array.from(diagonal, (_, index) => index),
): TridiagonalEigen {
  const n = diagonal.length;
  if (beside.length !== n - 1) throw new RangeError(`${beside.length} entries beside a diagonal of ${n}`);
  const values = Float64Array.from(diagonal);
  const off = new Float64Array(n);
  off.set(beside);
  const norm = [...values, ...off].reduce((most, entry) => Math.max(most, Math.abs(entry)), 0);
  const vectors = Array.from({length: n}, (_, index) =>
    Float64Array.from(coordinates, coordinate => (coordinate === index ? 1 : 0)),
  );
  for (let low = 0; low < n; low += 1) {
    for (let sweep = 0; ; sweep += 1) {
      const high = endOfBlock(off, low, Math.max(NOTHING, Number.EPSILON * norm));
      if (high === low) break;
      if (sweep === SWEEPS) throw new RangeError("an eigenvalue does not settle");
      sweepBlock(values, off, vectors, low, high);
    }
  }
  return {values, vectors};
}

/** Where the matrix next falls apart: the last index of the block that starts at `low`. */
function endOfBlock(off: Float64Array, low: number, negligible: number): number {
  for (let index = low; index < off.length - 1; index += 1) {
    if (Math.abs(off[index] ?? 0) <= negligible) return index;
  }
  return off.length - 1;
}

/** One QL step on a block, shifted by the eigenvalue of its leading two by two that is nearest to its first entry. */
function sweepBlock(
  values: Float64Array,
  off: Float64Array,
  vectors: readonly Float64Array[],
  low: number,
  high: number,
): void {
  const at = (array: Float64Array, index: number) => array[index] ?? 0;
  const half = (at(values, low + 1) - at(values, low)) / (2 * at(off, low));
  const shift = at(values, low) - at(off, low) / (half + (half < 0 ? -1 : 1) * Math.hypot(half, 1));
  let [sine, cosine, carried] = [1, 1, 0];
  let lead = at(values, high) - shift;
  for (let index = high - 1; index >= low; index -= 1) {
    const bulge = sine * at(off, index);
    const rest = cosine * at(off, index);
    const length = Math.hypot(bulge, lead);
    off[index + 1] = length;
    if (length === 0) {
      // The block fell apart on the way: leave it as two.
      values[index + 1] = at(values, index + 1) - carried;
      off[high] = 0;
      return;
    }
    sine = bulge / length;
    cosine = lead / length;
    const next = at(values, index + 1) - carried;
    const turn = (at(values, index) - next) * sine + 2 * cosine * rest;
    carried = sine * turn;
    values[index + 1] = next + carried;
    lead = cosine * turn - rest;
    rotate(vectors[index], vectors[index + 1], cosine, sine);
  }
  values[low] = at(values, low) - carried;
  off[low] = lead;
  off[high] = 0;
}

function rotate(one: Float64Array | undefined, other: Float64Array | undefined, cosine: number, sine: number): void {
  if (one === undefined || other === undefined) return;
  for (let index = 0; index < one.length; index += 1) {
    const [a, b] = [one[index] ?? 0, other[index] ?? 0];
    other[index] = sine * a + cosine * b;
    one[index] = cosine * a - sine * b;
  }
}
