import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {solvePositiveDefinite} from "../../src/math/cholesky.ts";
import {dot, rowOf} from "../../src/math/matrix.ts";
import {createRng} from "../../src/math/rng.ts";
import {farthest, randomMatrix} from "./support.ts";

describe("a symmetric positive definite system", () => {
  test("of two by hand: 4x + 2y = 8, 2x + 3y = 8", () => {
    // Only the lower triangle counts: the 7 above the diagonal is not looked at.
    const x = solvePositiveDefinite(Float64Array.of(4, 7, 2, 3), Float64Array.of(8, 8));
    expect(farthest(x ?? [], [1, 2])).toBeLessThan(1e-14);
  });

  test("has a solution that gives back the right side", () => {
    const holds = fc.property(fc.integer({min: 1, max: 12}), fc.integer(), (n, seed) => {
      const rng = createRng(seed);
      const m = randomMatrix(n + 2, n, rng);
      const column = (index: number) => Float64Array.from({length: m.rows}, (_, row) => rowOf(m, row)[index] ?? 0);
      const gram = Float64Array.from({length: n * n}, (_, place) => {
        const [row, other] = [Math.floor(place / n), place % n];
        return dot(column(row), column(other)) + (row === other ? 0.1 : 0);
      });
      const b = Float64Array.from({length: n}, () => rng() - 0.5);
      const x = solvePositiveDefinite(gram, b);
      if (x === undefined) return false;
      const back = Float64Array.from({length: n}, (_, row) => dot(gram.subarray(row * n, row * n + n), x));
      return farthest(back, b) < 1e-10;
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test.each([
    ["a singular matrix", [1, 1, 1, 1]],
    ["a negative one", [-1, 0, 0, 1]],
    ["one that is not definite", [1, 2, 2, 1]],
    ["NaN", [Number.NaN, 0, 0, 1]],
  ])("has none for %s", (_what, entries) => {
    expect(solvePositiveDefinite(Float64Array.from(entries), Float64Array.of(1, 1))).toBeUndefined();
  });

  test("refuses sizes that do not fit", () => {
    expect(() => solvePositiveDefinite(Float64Array.of(1, 2, 3), Float64Array.of(1, 1))).toThrow(RangeError);
  });
});
