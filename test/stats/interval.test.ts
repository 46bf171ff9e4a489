import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";
import {resample} from "../../src/stats/draws.ts";
import {bootstrapInterval} from "../../src/stats/interval.ts";
import {goldenStats} from "./golden.ts";
import {meanOf} from "./means.ts";

const drawsOf = (values: readonly (number | undefined)[], resamples = 400) => {
  const [draws] = resample([meanOf(values)], {documents: values.length, resamples, rng: createRng("interval")});
  if (draws === undefined) throw new Error("one statistic gives one draws");
  return draws;
};

describe("SciPy agrees on the same replicates", () => {
  test.each(goldenStats.intervals)("$name, level $level", ({data, level, replicates, bca, percentile}) => {
    const draws = {...drawsOf(data, 1), replicates};
    for (const [method, wanted] of [["bca", bca] as const, ["percentile", percentile] as const]) {
      const seen = bootstrapInterval(draws, {level, method});
      expect(seen).toMatchObject({given: true, method, level, resamples: replicates.length, undefinedResamples: 0});
      expect(seen.given ? seen.low : Number.NaN).toBeCloseTo(wanted[0], 9);
      expect(seen.given ? seen.high : Number.NaN).toBeCloseTo(wanted[1], 9);
    }
  });

  test("BCa over two strata", () => {
    const {left, right, replicates, bca} = goldenStats.stratified;
    const values = [...left, ...right];
    const strata = values.map((_, index) => (index < left.length ? "left" : "right"));
    const [draws] = resample([meanOf(values)], {documents: 32, resamples: 1, strata, rng: createRng(1)});
    const seen = draws === undefined ? undefined : bootstrapInterval({...draws, replicates});
    expect(seen).toMatchObject({given: true, method: "bca"});
    expect(seen?.given ? seen.low : Number.NaN).toBeCloseTo(bca[0], 9);
    expect(seen?.given ? seen.high : Number.NaN).toBeCloseTo(bca[1], 9);
  });
});

describe("bootstrapInterval", () => {
  test("widens with the level and lies within the values", () => {
    const data = fc.array(fc.double({min: 0, max: 1, noNaN: true}), {minLength: 10, maxLength: 25});
    fc.assert(
      fc.property(data, fc.constantFrom("bca", "percentile"), (values, method) => {
        const draws = drawsOf(values, 100);
        const [narrow, wide] = [0.5, 0.9].map(level => bootstrapInterval(draws, {level, method}));
        if (!narrow?.given || !wide?.given) throw new Error("ten documents have an interval");
        expect(wide.low).toBeLessThanOrEqual(narrow.low);
        expect(wide.high).toBeGreaterThanOrEqual(narrow.high);
        expect(wide.low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
        expect(wide.high).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
        expect(wide.zeroWidth).toBe(wide.low === wide.high);
      }),
      {numRuns: 50},
    );
  });

  test("moves with BCa towards the long tail", () => {
    const rng = createRng("skewed");
    const draws = drawsOf(
      Array.from({length: 30}, () => -Math.log(1 - rng())),
      2000,
    );
    const [bca, percentile] = (["bca", "percentile"] as const).map(method => bootstrapInterval(draws, {method}));
    expect(bca?.given && percentile?.given && bca.low > percentile.low && bca.high > percentile.high).toBe(true);
  });

  test("says that equal values give no width", () => {
    expect(bootstrapInterval(drawsOf(new Array<number>(12).fill(0.25)))).toMatchObject({
      given: true,
      low: 0.25,
      high: 0.25,
      zeroWidth: true,
      note: "every resample gave the same value: the documents here do not differ in it, others may",
    });
  });

  test("does not let rounding decide whether a replicate ties with the estimate", () => {
    const values = Array.from({length: 50}, (_, index) => (index % 5 === 0 ? 18.42 : 0));
    const draws = drawsOf(values, 299);
    const off = draws.replicates.map((value, index) => (value ?? 0) * (1 + ((index % 3) - 1) * 2 ** -52));
    const [exact, rounded] = [draws, {...draws, replicates: off}].map(each => bootstrapInterval(each));
    if (!exact?.given || !rounded?.given) throw new Error("fifty documents have an interval");
    expect(rounded.low).toBeCloseTo(exact.low, 9);
    expect(rounded.high).toBeCloseTo(exact.high, 9);
  });

  test("gives equal values that are not exact in binary no width either", () => {
    expect(bootstrapInterval(drawsOf(new Array<number>(12).fill(0.1)))).toMatchObject({given: true, zeroWidth: true});
  });

  test("is not given for one document, nor for nine", () => {
    expect(bootstrapInterval(drawsOf([1]))).toEqual({
      given: false,
      reason: "1 document: an interval needs at least 10, since resamples of fewer vary too little",
    });
    expect(bootstrapInterval(drawsOf([1, 2, 3, 4, 5, 6, 7, 8, 9]))).toMatchObject({given: false});
    expect(bootstrapInterval(drawsOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))).toMatchObject({given: true});
  });

  test("counts the documents that bear on the statistic, not those that were drawn", () => {
    const values = Array.from({length: 50}, (_, index) => (index < 9 ? index : undefined));
    expect(bootstrapInterval(drawsOf(values))).toMatchObject({given: false, reason: expect.stringMatching(/^9 doc/)});
  });

  test("is not given without a value, or where most resamples have none", () => {
    expect(bootstrapInterval(drawsOf([]))).toEqual({given: false, reason: "no value to put an interval around"});
    const replicates = [1, undefined, undefined];
    expect(bootstrapInterval({documents: 20, estimate: 1, replicates, influences: []})).toEqual({
      given: false,
      reason: "only 1 of 3 resamples have a value: too few documents bear on it",
    });
  });

  test("counts resamples without a value and uses the others", () => {
    const replicates = [1, 2, 3, undefined];
    const seen = bootstrapInterval({documents: 20, estimate: 2, replicates, influences: undefined}, {level: 0.5});
    expect(seen).toMatchObject({given: true, low: 1.5, high: 2.5, resamples: 3, undefinedResamples: 1});
  });

  test("takes BCa with a single replicate below the estimate, and the percentiles with none", () => {
    const draws = {documents: 20, replicates: [1, 2, 3, 4, 5], influences: [1, -1]};
    expect(bootstrapInterval({...draws, estimate: 1.5})).toMatchObject({method: "bca"});
    expect(bootstrapInterval({...draws, estimate: 0.5})).toMatchObject({
      method: "percentile",
      note: expect.stringMatching(/^BCa needs replicates on both sides/),
    });
  });

  test("falls back on percentiles where BCa does not exist, and says so", () => {
    const draws = {documents: 20, estimate: 9, replicates: [1, 2, 3], influences: [1, -1]};
    expect(bootstrapInterval(draws)).toMatchObject({
      method: "percentile",
      note: "BCa needs replicates on both sides of the estimate; the percentile interval is given instead",
    });
    expect(bootstrapInterval({...draws, estimate: 2, influences: undefined})).toMatchObject({
      method: "percentile",
      note: expect.stringMatching(/^BCa needs a value without each of the documents/),
    });
  });

  test("refuses a level that is none", () => {
    for (const level of [0, 1, 95, Number.NaN]) {
      expect(() => bootstrapInterval(drawsOf([1]), {level})).toThrow(RangeError);
    }
  });
});
