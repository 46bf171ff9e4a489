import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {addScaled, lowerOf, meanValue, minus, shareOfBoth, upperOf, type Value} from "../../src/math/bounded.ts";

const mass = fc.double({min: 0, max: 1, noNaN: true});
/** A number, or bounds around it, with the number itself. */
const around = fc.tuple(mass, mass, mass, fc.boolean()).map(([truth, below, above, exact]) => {
  const value: Value = exact ? truth : [truth * (1 - below), truth + above];
  return {truth, value};
});
const holds = (value: Value, truth: number) => lowerOf(value) <= truth + 1e-12 && truth <= upperOf(value) + 1e-12;

describe("what is computed from bounds holds what is computed from the exact numbers", () => {
  test("sums, differences, shares and means", () => {
    fc.assert(
      fc.property(around, around, mass, (one, other, factor) => {
        expect(holds(addScaled(one.value, factor, other.value), one.truth + factor * other.truth)).toBe(true);
        expect(holds(minus(one.value, other.value), one.truth - other.truth)).toBe(true);
        const share = shareOfBoth(one.value, other.value);
        const exact = one.truth / (one.truth + other.truth);
        expect(share === undefined || !Number.isFinite(exact) || holds(share, exact)).toBe(true);
        const mean = meanValue([one.value, other.value]) ?? Number.NaN;
        expect(holds(mean, (one.truth + other.truth) / 2)).toBe(true);
      }),
    );
  });

  test("exact numbers stay numbers", () => {
    expect([addScaled(1, 2, 3), minus(1, 3), shareOfBoth(1, 3), meanValue([1, 2])]).toEqual([7, -2, 0.25, 1.5]);
    expect(shareOfBoth(0, 0)).toBeUndefined();
    expect(meanValue([])).toBeUndefined();
    expect(shareOfBoth([0, 1], 1)).toEqual([0, 0.5]);
  });
});
