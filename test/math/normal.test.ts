import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {normalCdf, normalDensity, normalQuantile} from "../../src/math/normal.ts";
import {goldenStats} from "../stats/golden.ts";

describe("normalCdf", () => {
  test.each(goldenStats.normalCdf)("agrees with SciPy at $x, in the value's own digits", ({x, p}) => {
    expect(Math.abs(normalCdf(x) / p - 1)).toBeLessThan(1e-11);
    expect(Math.abs(normalCdf(x) - p)).toBeLessThan(1e-15);
  });

  test("rises and is symmetric, across the seam at 3 too", () => {
    fc.assert(
      fc.property(fc.double({min: -8, max: 8, noNaN: true}), x => {
        expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14);
        expect(normalCdf(x + 1e-6)).toBeGreaterThanOrEqual(normalCdf(x));
      }),
    );
  });

  test("ends at 0 and 1 and refuses NaN", () => {
    expect(normalCdf(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(normalCdf(Number.POSITIVE_INFINITY)).toBe(1);
    expect(() => normalCdf(Number.NaN)).toThrow(RangeError);
  });
});

describe("normalQuantile", () => {
  test.each(goldenStats.normalQuantile)("agrees with SciPy at $p", ({p, x}) => {
    expect(Math.abs(normalQuantile(p) - x)).toBeLessThan(1e-9);
  });

  test("undoes normalCdf", () => {
    fc.assert(
      fc.property(fc.double({min: -37, max: 5, noNaN: true}), x => {
        expect(Math.abs(normalQuantile(normalCdf(x)) - x)).toBeLessThan(1e-9);
      }),
    );
  });

  test("is infinite at 0 and 1 and refuses what is no probability", () => {
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    for (const p of [-0.1, 1.1, Number.NaN]) expect(() => normalQuantile(p)).toThrow(RangeError);
  });
});

test("normalDensity is the slope of normalCdf", () => {
  for (const x of [-4, -1, 0, 0.5, 3.5]) {
    expect((normalCdf(x + 1e-5) - normalCdf(x - 1e-5)) / 2e-5 / normalDensity(x)).toBeCloseTo(1, 6);
  }
});
