import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";
import {resample, subtractDraws} from "../../src/stats/draws.ts";
import {meanOf} from "./means.ts";

const values = fc.array(fc.double({min: -10, max: 10, noNaN: true}), {minLength: 1, maxLength: 20});
const sum = (list: readonly number[]) => list.reduce((total, value) => total + value, 0);

describe("resample", () => {
  test("gives the same draws for the same seed, whatever else is resampled beside", () => {
    fc.assert(
      fc.property(values, fc.integer(), (data, seed) => {
        const options = () => ({documents: data.length, resamples: 20, rng: createRng(seed)});
        const [alone] = resample([meanOf(data)], options());
        const [, beside] = resample([meanOf(data.map(value => value ** 2)), meanOf(data)], options());
        expect(beside).toEqual(alone);
      }),
    );
  });

  test("draws 2000 resamples unless told otherwise, around the estimate", () => {
    const [draws] = resample([meanOf([1, 2, 3, 4])], {documents: 4, rng: createRng(1)});
    const known = draws?.replicates.filter(value => value !== undefined) ?? [];
    expect(known).toHaveLength(2000);
    expect(draws?.estimate).toBe(2.5);
    expect(sum(known) / 2000).toBeCloseTo(2.5, 1);
    // The bootstrap's standard error of a mean is the population deviation over √n.
    expect(Math.sqrt(sum(known.map(value => (value - 2.5) ** 2)) / 2000)).toBeCloseTo(Math.sqrt(1.25 / 4), 1);
  });

  test("pulls a mean by each document's distance from it, over n", () => {
    fc.assert(
      fc.property(values, data => {
        fc.pre(data.length > 1);
        const [draws] = resample([meanOf(data)], {documents: data.length, resamples: 1, rng: createRng(0)});
        const mean = sum(data) / data.length;
        draws?.influences?.forEach((pull, index) => {
          expect(pull).toBeCloseTo(((data[index] ?? 0) - mean) / data.length, 9);
        });
        expect(draws?.influences).toHaveLength(data.length);
      }),
    );
  });

  test("leaves documents out in blocks when there are many, with nearly the same acceleration", () => {
    const rng = createRng("blocks");
    const data = Array.from({length: 4000}, () => -Math.log(1 - rng()));
    const [draws] = resample([meanOf(data)], {documents: 4000, resamples: 1, rng});
    const pulls = draws?.influences ?? [];
    const acceleration = (list: readonly number[]) =>
      sum(list.map(pull => pull ** 3)) / (6 * sum(list.map(pull => pull ** 2)) ** 1.5);
    const mean = sum(data) / 4000;
    expect(pulls).toHaveLength(1000);
    expect(acceleration(pulls)).toBeCloseTo(acceleration(data.map(value => (value - mean) / 4000)), 2);
    expect(acceleration(pulls)).toBeGreaterThan(0.003);
  });

  test("keeps a resample without a value as a gap, and has no influences where leaving one out leaves none", () => {
    const rare = meanOf([7, undefined, undefined, undefined]);
    const [draws] = resample([rare], {documents: 4, resamples: 400, rng: createRng(3)});
    const gaps = draws?.replicates.filter(value => value === undefined).length ?? 0;
    expect(draws?.replicates).toHaveLength(400);
    expect(gaps / 400).toBeCloseTo((3 / 4) ** 4, 1);
    expect(draws?.influences).toBeUndefined();
  });

  test("has nothing without documents", () => {
    const [draws] = resample([meanOf([])], {documents: 0, rng: createRng(1)});
    expect(draws).toEqual({documents: 0, estimate: undefined, replicates: [], influences: []});
  });

  test("refuses a number of resamples that is none", () => {
    for (const resamples of [0, -1, 1.5]) {
      expect(() => resample([], {documents: 1, resamples, rng: createRng(1)})).toThrow(RangeError);
    }
  });
});

describe("subtractDraws", () => {
  test("is the draws of the difference", () => {
    fc.assert(
      fc.property(values, fc.integer(), (data, seed) => {
        const other = data.map((value, index) => value * ((index % 3) - 1));
        const options = () => ({documents: data.length, resamples: 10, rng: createRng(seed)});
        const [left, right] = resample([meanOf(data), meanOf(other)], options());
        const [wanted] = resample([meanOf(data.map((value, index) => value - (other[index] ?? 0)))], options());
        if (left === undefined || right === undefined) throw new Error("two statistics give two draws");
        const seen = subtractDraws({left, right});
        expect(seen.estimate).toBeCloseTo(wanted?.estimate ?? Number.NaN, 9);
        expect(seen.replicates).toHaveLength(10);
        seen.replicates.forEach((value, index) => {
          expect(value).toBeCloseTo(wanted?.replicates[index] ?? Number.NaN, 9);
        });
        expect(seen.influences?.length).toBe(wanted?.influences?.length);
        seen.influences?.forEach((value, index) => {
          expect(value).toBeCloseTo(wanted?.influences?.[index] ?? Number.NaN, 9);
        });
      }),
    );
  });

  test("refuses draws that were not drawn together", () => {
    const [left] = resample([meanOf([1])], {documents: 1, resamples: 2, rng: createRng(1)});
    const [right] = resample([meanOf([1])], {documents: 1, resamples: 3, rng: createRng(1)});
    if (left === undefined || right === undefined) throw new Error("one statistic gives one draws");
    expect(() => subtractDraws({left, right})).toThrow(/not drawn together/);
  });
});
