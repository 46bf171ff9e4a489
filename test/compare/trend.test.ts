import fc from "fast-check";
import {linearRegression} from "simple-statistics";
import {describe, expect, test} from "vitest";
import {trendOf, weightedSum} from "../../src/compare/trend.ts";
import {drawSamples, meanDraws, tally} from "../../src/dynamics/measure.ts";
import {createRng} from "../../src/math/rng.ts";
import {goldenDynamics} from "../dynamics/golden.ts";

const DOCUMENTS = 12;
const samples = drawSamples(DOCUMENTS, {resamples: 80, rng: createRng(3)});

const drawsOf = (values: readonly number[]) => meanDraws(samples, tally(values.map((value, row) => ({row, value}))));

describe("trendOf", () => {
  test.each(goldenDynamics.slopes)(
    "agrees with SciPy's least squares of the means: $slope",
    ({sizes, values, slope}) => {
      const points = sizes.map((size, index) => ({size, draws: drawsOf(values[index] ?? [])}));
      const trend = trendOf(points, 0.95);
      expect(trend.slope.value).toBeCloseTo(slope, 9);
      expect(trend.slope).toMatchObject({n: DOCUMENTS, method: "bca"});
      expect(trend.difference).toBeUndefined();
    },
  );

  test("is exact for a family that is exactly linear, with an interval of no width", () => {
    const values = Array.from({length: DOCUMENTS}, (_, row) => row / 8);
    const points = [0, 1, 2, 3].map(doublings => ({
      size: 1000 * 2 ** doublings,
      draws: drawsOf(values.map(value => value - 0.25 * doublings)),
    }));
    const {slope} = trendOf(points, 0.95);
    expect(slope.value).toBeCloseTo(-0.25, 12);
    expect(slope.lower).toBeCloseTo(-0.25, 12);
    expect(slope.upper).toBeCloseTo(-0.25, 12);
  });

  test("fits the line of every resample through that resample's means", () => {
    const numbers = fc.array(fc.integer({min: -9, max: 9}), {minLength: DOCUMENTS, maxLength: DOCUMENTS});
    fc.assert(
      fc.property(numbers, numbers, numbers, (...models) => {
        const points = models.map((values, index) => ({size: 3 ** (index + 1), draws: drawsOf(values)}));
        const {draws} = trendOf(points, 0.95);
        const expected = (draws?.replicates ?? []).map((_, round) => {
          return linearRegression(
            points.map(point => [Math.log2(point.size), point.draws.replicates[round] ?? Number.NaN]),
          ).m;
        });
        expect(expected).toHaveLength(80);
        draws?.replicates.forEach((value, round) => {
          expect(value).toBeCloseTo(expected[round] ?? Number.NaN, 9);
        });
      }),
      {numRuns: 30},
    );
  });

  test("is a difference and no slope with two sizes, however many models", () => {
    const flat = (value: number) => drawsOf(Array.from({length: DOCUMENTS}, () => value));
    const two = trendOf(
      [
        {size: 100, draws: flat(1)},
        {size: 800, draws: flat(0.25)},
      ],
      0.95,
    );
    expect(two.slope).toEqual({reason: "two sizes: a difference, no slope", n: DOCUMENTS});
    expect(two.difference?.value).toBeCloseTo(-0.75, 12);
    const three = trendOf(
      [
        {size: 100, draws: flat(1)},
        {size: 800, draws: flat(0)},
        {size: 800, draws: flat(0.5)},
      ],
      0.95,
    );
    expect(three.difference?.value).toBeCloseTo(-0.75, 12);
  });

  test("is neither with one size, without values, or with a model of no size", () => {
    const one = {size: 100, draws: drawsOf([1, 2])};
    const none = {size: 200, draws: drawsOf([])};
    expect(trendOf([one], 0.95)).toEqual({slope: {reason: "one size: a slope needs three, a difference two", n: 2}});
    expect(trendOf([none], 0.95)).toEqual({slope: {reason: "no model has a value", n: 0}});
    expect(trendOf([one, {...one, size: 0}], 0.95).slope.reason).toMatch(/no parameters to count/);
  });

  test("leaves out models without a value and says how many", () => {
    const points = [1, 2, 4].map(size => ({size, draws: drawsOf([1, 2, 3])}));
    const {slope} = trendOf([...points, {size: 8, draws: drawsOf([])}], 0.95);
    expect(slope.value).toBeCloseTo(0, 12);
    expect(slope.note).toMatch(/1 of 4 models have no value and are left out/);
  });
});

describe("weightedSum", () => {
  test("has no replicate where a term has none, and pulls only where all have them", () => {
    const half = drawsOf([1]);
    const whole = drawsOf(Array.from({length: DOCUMENTS}, (_, row) => row));
    const sum = weightedSum([
      {draws: half, weight: 1},
      {draws: whole, weight: 2},
    ]);
    expect(sum.replicates.filter(value => value === undefined).length).toBeGreaterThan(0);
    expect(sum.replicates.map(value => value === undefined)).toEqual(half.replicates.map(value => value === undefined));
    expect(sum).toMatchObject({documents: 1, estimate: 12, influences: undefined});
  });
});
