import {describe, expect, test} from "vitest";
import {leastSquaresLine} from "../../src/stats/slope.ts";
import {goldenStats} from "./golden.ts";

describe("leastSquaresLine", () => {
  test.each(goldenStats.lines)("agrees with SciPy: slope $slope", ({points, slope, intercept}) => {
    const seen = leastSquaresLine(points);
    expect(seen).toMatchObject({given: true, points: points.length});
    expect(seen.given ? seen.slope : Number.NaN).toBeCloseTo(slope, 9);
    expect(seen.given ? seen.intercept : Number.NaN).toBeCloseTo(intercept, 8);
  });

  test("has no slope for fewer than two different x", () => {
    expect(leastSquaresLine([])).toEqual({given: false, reason: "a slope needs two different x, here is 0"});
    expect(leastSquaresLine([{x: 1, y: 2}])).toMatchObject({given: false});
    expect(
      leastSquaresLine([
        {x: 1, y: 2},
        {x: 1, y: 3},
      ]),
    ).toMatchObject({given: false});
  });

  test("refuses what is not finite", () => {
    expect(() => leastSquaresLine([{x: Number.NaN, y: 0}])).toThrow(RangeError);
  });
});
