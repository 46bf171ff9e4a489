import {describe, expect, test} from "vitest";
import {ascending, quantile} from "../../src/stats/quantile.ts";
import {goldenStats} from "./golden.ts";

describe("quantile", () => {
  const sorted = ascending(goldenStats.quantiles.data);

  test.each(goldenStats.quantiles.rows)("agrees with NumPy at $share", ({share, quantile: wanted}) => {
    expect(quantile(sorted, share)).toBeCloseTo(wanted, 12);
  });

  test("has none of nothing, and one value is every quantile", () => {
    expect(quantile([], 0.5)).toBeUndefined();
    for (const share of [0, 0.3, 1]) expect(quantile([4], share)).toBe(4);
  });

  test("refuses a share that is none", () => {
    for (const share of [-0.1, 2, Number.NaN]) expect(() => quantile([1], share)).toThrow(RangeError);
  });
});

test("ascending sorts numbers as numbers and leaves its input", () => {
  const values = [10, 9, -1];
  expect(ascending(values)).toEqual([-1, 9, 10]);
  expect(values).toEqual([10, 9, -1]);
});
