import {describe, expect, test} from "vitest";
import {metrics} from "../../src/metric/index.ts";
import {metricTable} from "../../src/metric/input.ts";
import {certaintyOf, largestKept, riskCoverage} from "../../src/metric/risk-coverage.ts";
import {inputOf} from "./cases.ts";

const [T, F] = [true, false];

/** Four documents with one label: certainties .4, .3, .3, .1; the second and the last are wrong. */
const four = inputOf({q: [[0.9], [0.8], [0.2], [0.6]], gold: [[T], [F], [F], [F]]});

describe("four documents that can be worked out on paper", () => {
  const curve = riskCoverage(metricTable(four).gold);

  test("equally certain ones enter together", () => {
    expect(curve.map(({coverage, risk}) => [coverage, risk])).toEqual([
      [0.25, 0],
      [0.75, 1 / 3],
      [1, 0.5],
    ]);
  });

  test("the largest share at an error is the last one that has it, and none where no threshold does", () => {
    expect(largestKept(curve, 0.4)?.coverage).toBe(0.75);
    expect(largestKept(curve, 0.05)?.coverage).toBe(0.25);
    expect(largestKept(curve.slice(1), 0.05)).toBeUndefined();
  });

  test("the area is the mean over both orders of the two that tie", () => {
    // Risks of the first 1, 2, 3, 4: wrong one first 0, 1/2, 1/3, 1/2; right one first 0, 0, 1/3, 1/2.
    const area = (0 + 1 / 2 + 1 / 3 + 1 / 2 + (0 + 0 + 1 / 3 + 1 / 2)) / 8;
    expect(metrics.aurc.prepare(metricTable(four)).result.value).toBeCloseTo(area, 12);
  });
});

test("a sure yes and a sure no are equally certain, whatever rounding says of 1e-8 and 1 − 1e-8", () => {
  expect(certaintyOf(Float64Array.of(1e-8))).toBe(certaintyOf(Float64Array.of(1 - 1e-8)));
});
