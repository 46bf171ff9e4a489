import fc from "fast-check";
import {kernelDensityEstimation} from "simple-statistics";
import {describe, expect, test} from "vitest";
import {density} from "../../src/stats/density.ts";
import {goldenStats} from "./golden.ts";

/** Area below a curve by trapezoids. */
const areaOf = (points: readonly {readonly x: number; readonly density: number}[]) =>
  points.slice(1).reduce((sum, {x, density: height}, index) => {
    const before = points[index] ?? {x, density: 0};
    return sum + ((x - before.x) * (height + before.density)) / 2;
  }, 0);

describe("density", () => {
  test.each(goldenStats.densities)("agrees with SciPy: $name", ({data, bandwidth, points}) => {
    const seen = density(data, {points: points.length});
    if (seen.kind !== "curve") throw new Error("the values differ");
    expect(seen.bandwidth).toBeCloseTo(bandwidth, 12);
    seen.points.forEach(({x, density: height}, index) => {
      expect(x).toBeCloseTo(points[index]?.x ?? Number.NaN, 9);
      expect(height).toBeCloseTo(points[index]?.density ?? Number.NaN, 9);
    });
    expect(seen.points).toHaveLength(points.length);
  });

  test("is drawn where the quartiles coincide, which simple-statistics cannot", () => {
    const spiky = [...new Array<number>(9).fill(1), 0.2, 0.6];
    expect(kernelDensityEstimation(spiky)(1)).toBeNaN();
    expect(density(spiky)).toMatchObject({kind: "curve", rule: "standard-deviation"});
  });

  test("is no needle where the quartiles almost coincide", () => {
    const spiky = [...Array.from({length: 20}, (_, index) => 1 - index * 1e-9), 0, 0.5];
    expect(density(spiky)).toMatchObject({kind: "curve", rule: "range", bandwidth: 0.01});
  });

  test("has an area of 1 within bounds, which it does not leave", () => {
    const shares = fc.array(
      fc.nat(100).map(value => value / 100),
      {minLength: 2, maxLength: 40},
    );
    fc.assert(
      fc.property(shares, values => {
        fc.pre(new Set(values).size > 1);
        const seen = density(values, {points: 2000, bounds: {low: 0, high: 1}});
        if (seen.kind !== "curve") throw new Error("the values differ");
        expect(areaOf(seen.points)).toBeCloseTo(1, 1);
        expect(seen.points[0]?.x).toBeGreaterThanOrEqual(0);
        expect(seen.points.at(-1)?.x).toBeLessThanOrEqual(1);
        expect(seen.points.every(point => point.density >= 0)).toBe(true);
      }),
      {numRuns: 40},
    );
  });

  test("folds back what spills over a bound", () => {
    const values = [0, 0, 0.01, 0.02, 0.05, 0.1];
    const [free, bound] = [density(values), density(values, {bounds: {low: 0, high: 1}})];
    if (free.kind !== "curve" || bound.kind !== "curve") throw new Error("the values differ");
    expect(areaOf(free.points)).toBeCloseTo(1, 2);
    expect(areaOf(bound.points)).toBeCloseTo(1, 2);
    expect(free.points[0]?.x).toBeLessThan(0);
  });

  test("is a point for equal values and nothing for none", () => {
    expect(density([0.3, 0.3])).toEqual({kind: "point", at: 0.3});
    expect(density([0.3])).toEqual({kind: "point", at: 0.3});
    expect(density([])).toEqual({kind: "none", reason: "no values"});
  });

  test("refuses values out of bounds or not finite, and a curve of one point", () => {
    expect(() => density([0, 2], {bounds: {low: 0, high: 1}})).toThrow(/leave the bounds/);
    expect(() => density([0, Number.NaN])).toThrow(RangeError);
    expect(() => density([0, 1], {points: 1})).toThrow(RangeError);
  });
});
