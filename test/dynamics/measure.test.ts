import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  drawSamples,
  finiteMean,
  meanDraws,
  meanOf,
  type Observation,
  shareOf,
  type Tally,
  tally,
} from "../../src/dynamics/measure.ts";
import {createRng} from "../../src/math/rng.ts";
import {measured} from "../../src/records/results/value.ts";
import {resample} from "../../src/stats/draws.ts";
import {bootstrapInterval} from "../../src/stats/interval.ts";

// No multiple of four: means are made four resamples at a time.
const RESAMPLES = 62;

/** Observations of 12 documents; some have none, some several. */
const observations = fc.array(fc.record({row: fc.nat(11), value: fc.integer({min: -20, max: 20})}), {
  minLength: 1,
  maxLength: 30,
});

/** The mean where document i counts weights[i] times, by its definition; the weighted sums of a resample are its test. */
function weightedMean({rows, sums, counts}: Tally, weights: Int32Array): number | undefined {
  let [sum, count] = [0, 0];
  rows.forEach((row, index) => {
    sum += (weights[row] ?? 0) * (sums[index] ?? 0);
    count += (weights[row] ?? 0) * (counts[index] ?? 0);
  });
  return count === 0 ? undefined : sum / count;
}

const samplesOf = (seed: number) => drawSamples(12, {resamples: RESAMPLES, rng: createRng(seed)});

describe("meanDraws", () => {
  test("gives what resample gives for the same generator: estimate, replicates and pulls", () => {
    fc.assert(
      fc.property(observations, fc.nat(), (observed, seed) => {
        const tallied = tally(observed);
        const [expected] = resample(
          [{documents: tallied.rows.length, value: weights => weightedMean(tallied, weights)}],
          {
            documents: 12,
            resamples: RESAMPLES,
            rng: createRng(seed),
          },
        );
        const seen = meanDraws(samplesOf(seed), tallied);
        expect(seen.documents).toBe(expected?.documents);
        expect(seen.estimate).toBeCloseTo(expected?.estimate ?? Number.NaN, 12);
        expect(seen.replicates).toEqual(expected?.replicates);
        expect(seen.influences === undefined).toBe(expected?.influences === undefined);
        const apart = (seen.influences ?? []).map((pull, row) => Math.abs(pull - (expected?.influences?.[row] ?? 0)));
        expect(Math.max(0, ...apart)).toBeLessThan(1e-9);
      }),
    );
  });

  test("so that its interval is bootstrapInterval's", () => {
    const observed = Array.from({length: 12}, (_, row) => ({row, value: row ** 2}));
    const tallied = tally(observed);
    const [draws] = resample([{documents: 12, value: weights => weightedMean(tallied, weights)}], {
      documents: 12,
      resamples: RESAMPLES,
      rng: createRng(1),
    });
    if (draws === undefined) throw new Error("one statistic was asked for");
    const expected = measured({value: draws.estimate, n: 12}, bootstrapInterval(draws));
    const seen = meanOf(samplesOf(1), observed, "none");
    expect(seen.method).toBe("bca");
    expect(seen.lower).toBeCloseTo(expected.lower ?? Number.NaN, 9);
    expect(seen.upper).toBeCloseTo(expected.upper ?? Number.NaN, 9);
  });
});

describe("a mean over observations", () => {
  const observed: Observation[] = [
    {row: 4, value: 1},
    {row: 0, value: 3},
    {row: 4, value: 5},
  ];

  test("counts each observation once and each document in n", () => {
    expect(meanOf(samplesOf(0), observed, "none")).toMatchObject({value: 3, n: 2});
  });

  test("keeps a document's observations together in a resample", () => {
    const weights = [4, 4, 0].map(row => {
      const drawn = new Int32Array(12);
      drawn[row] = 2;
      return drawn;
    });
    weights[1]?.fill(1, 0, 1);
    weights[2]?.fill(0);
    const {replicates} = meanDraws({documents: 12, weights, level: 0.95}, tally(observed));
    expect(replicates).toEqual([3, (2 * 6 + 3) / 5, undefined]);
  });

  test("is missing with the reason where there are none, also without documents", () => {
    expect(meanOf(samplesOf(0), [], "nobody answered")).toEqual({reason: "nobody answered", n: 0});
    const empty = drawSamples(0, {rng: createRng(0)});
    expect(empty.weights).toEqual([]);
    expect(meanOf(empty, [], "no documents")).toEqual({reason: "no documents", n: 0});
  });

  test("of truths is their share, without an interval below ten documents", () => {
    const truths = [true, false, true, true].map((holds, row) => ({row, holds}));
    expect(shareOf(samplesOf(0), truths, "none")).toMatchObject({
      value: 0.75,
      n: 4,
      note: expect.stringMatching(/at least 10/),
    });
  });

  test("leaves out infinite values and counts them", () => {
    const some = [...observed, {row: 2, value: Number.POSITIVE_INFINITY}];
    expect(finiteMean(samplesOf(0), some, "none")).toMatchObject({
      value: 3,
      n: 2,
      note: expect.stringMatching(/^no interval.*; 1 label step/),
    });
    const all = [{row: 2, value: Number.POSITIVE_INFINITY}];
    expect(finiteMean(samplesOf(0), all, "none")).toEqual({reason: "infinite at all 1 label steps", n: 0});
  });

  test("needs a whole number of resamples", () => {
    expect(() => drawSamples(3, {resamples: 0, rng: createRng(0)})).toThrow(RangeError);
  });
});
