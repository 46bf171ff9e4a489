import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {ascending, quantile, quantileUnsorted} from "../../src/stats/quantile.ts";
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

describe("quantileUnsorted", () => {
  test("is the quantile of the sorted numbers to the bit, and leaves its input", () => {
    const numbers = fc.array(fc.double({noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6}), {maxLength: 700});
    const share = fc.oneof(fc.constantFrom(0, 1, 1e-4), fc.double({min: 0, max: 1, noNaN: true}));
    fc.assert(
      fc.property(numbers, share, (values, at) => {
        const before = [...values];
        // A sum, so that 0 and -0 are the same.
        const [seen, wanted] = [quantileUnsorted(values, at), quantile(ascending(values), at)];
        expect(seen === undefined ? seen : seen + 0).toBe(wanted === undefined ? wanted : wanted + 0);
        expect(values).toEqual(before);
      }),
    );
  });

  test("refuses a share that is none", () => {
    for (const share of [-0.1, 2, Number.NaN]) expect(() => quantileUnsorted([1], share)).toThrow(RangeError);
  });
});

test("ascending sorts numbers as numbers and leaves its input", () => {
  const values = [10, 9, -1];
  expect(ascending(values)).toEqual([-1, 9, 10]);
  expect(values).toEqual([10, 9, -1]);
});
