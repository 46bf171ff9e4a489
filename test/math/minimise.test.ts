import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {minimise} from "../../src/math/minimise.ts";

const range = {low: -2, high: 2, prefer: 0, cells: 40};

describe("minimise", () => {
  test("finds the bottom of a valley anywhere in the range", () => {
    const holds = fc.property(fc.double({min: -1.99, max: 1.99, noNaN: true}), bottom => {
      const {at, onBound} = minimise(x => (x - bottom) ** 2, range);
      return Math.abs(at - bottom) < 1e-7 && !onBound;
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("takes the deeper of two valleys, wherever it is", () => {
    const two = (x: number) => Math.min((x + 1.03) ** 2, (x - 0.97) ** 2 - 0.01);
    expect(minimise(two, range).at).toBeCloseTo(0.97, 6);
    expect(minimise(x => two(-x), range).at).toBeCloseTo(-0.97, 6);
  });

  test.each([
    ["rising", (x: number) => x, -2],
    ["falling", (x: number) => -x, 2],
  ])("says so where a %s function has its least value at an end", (_what, value, end) => {
    const found = minimise(value, range);
    expect(found.at).toBeCloseTo(end, 9);
    expect(found.onBound).toBe(true);
  });

  test("prefers what it is told to where the function is flat", () => {
    expect(minimise(() => 7, range)).toEqual({at: 0, value: 7, onBound: false});
    expect(minimise(() => 7, {...range, prefer: 1}).at).toBe(1);
    expect(minimise(x => 1 + (Math.round(x * 1e6) % 2) * 1e-15, range).at).toBe(0);
    expect(minimise(x => Math.max(0, x - 1, -1 - x), {...range, prefer: 0.5}).at).toBe(0.5);
  });

  test("gives the value at the place it found", () => {
    const {at, value} = minimise(x => Math.cos(3 * x), range);
    expect(value).toBe(Math.cos(3 * at));
    expect(value).toBeCloseTo(-1, 12);
  });

  test("refuses an empty range, too few cells and a function without values", () => {
    expect(() => minimise(x => x, {...range, low: 2})).toThrow(RangeError);
    expect(() => minimise(x => x, {...range, cells: 1})).toThrow(RangeError);
    expect(() => minimise(() => Number.NaN, range)).toThrow(RangeError);
  });
});
