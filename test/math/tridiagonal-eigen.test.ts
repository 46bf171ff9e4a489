import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {dot} from "../../src/math/matrix.ts";
import {tridiagonalEigen} from "../../src/math/tridiagonal-eigen.ts";
import {farthest} from "./support.ts";

const sorted = (values: Float64Array) => [...values].sort((one, other) => one - other);

const entry = fc.oneof(fc.double({min: -10, max: 10, noNaN: true}), fc.constantFrom(0, 1, 1e-12, 1e6));
const matrices = fc
  .integer({min: 1, max: 12})
  .chain(n =>
    fc.tuple(fc.array(entry, {minLength: n, maxLength: n}), fc.array(entry, {minLength: n - 1, maxLength: n - 1})),
  );

describe("the eigenvalues of a tridiagonal matrix", () => {
  test("are those of the second difference: 2 − 2 cos(kπ / (n + 1))", () => {
    const n = 30;
    const {values} = tridiagonalEigen(Array(n).fill(2), Array(n - 1).fill(-1));
    const known = Array.from({length: n}, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)));
    expect(farthest(sorted(values), known)).toBeLessThan(1e-13);
  });

  test("are the diagonal where nothing stands beside it", () => {
    const {values, vectors} = tridiagonalEigen([3, 1, 3], [0, 0]);
    expect([...values]).toEqual([3, 1, 3]);
    expect(vectors.map(vector => [...vector])).toEqual([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
  });

  test("have vectors that the matrix stretches by them, of length 1 and at right angles", () => {
    const holds = fc.property(matrices, ([diagonal, beside]) => {
      const {values, vectors} = tridiagonalEigen(diagonal, beside);
      const size = [...diagonal, ...beside].reduce((most, one) => Math.max(most, Math.abs(one)), 1);
      return vectors.every((vector, index) => {
        const image = Float64Array.from(
          diagonal,
          (middle, row) =>
            middle * (vector[row] ?? 0) +
            (beside[row - 1] ?? 0) * (vector[row - 1] ?? 0) +
            (beside[row] ?? 0) * (vector[row + 1] ?? 0),
        );
        const stretched = vector.map(one => one * (values[index] ?? Number.NaN));
        const angles = vectors.map((other, place) => dot(vector, other) - (place === index ? 1 : 0));
        return farthest(image, stretched) < 1e-12 * size && angles.every(angle => Math.abs(angle) < 1e-12);
      });
    });
    expect(fc.check(holds, {numRuns: 300}).counterexample).toBeNull();
  });

  test("of the smallest numbers are those of zeros", () => {
    const {vectors} = tridiagonalEigen([0, 0], [Number.MIN_VALUE]);
    expect(vectors.map(vector => [...vector])).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test("come with only the coordinates asked for", () => {
    const holds = fc.property(matrices, ([diagonal, beside]) => {
      const last = diagonal.length - 1;
      const [all, some] = [tridiagonalEigen(diagonal, beside), tridiagonalEigen(diagonal, beside, [last])];
      return (
        farthest(all.values, some.values) === 0 &&
        some.vectors.every((vector, index) => vector.length === 1 && vector[0] === all.vectors[index]?.[last])
      );
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("are refused for sizes that do not fit and for NaN", () => {
    expect(() => tridiagonalEigen([1, 2], [])).toThrow(RangeError);
    expect(() => tridiagonalEigen([1, Number.NaN], [1])).toThrow(RangeError);
  });
});
