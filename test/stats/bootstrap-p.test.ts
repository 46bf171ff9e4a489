import fc from "fast-check";
import {expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";
import {bootstrapP, bootstrapTailP} from "../../src/stats/bootstrap-p.ts";
import {resample} from "../../src/stats/draws.ts";
import {bootstrapInterval} from "../../src/stats/interval.ts";
import {meanOf} from "./means.ts";

const draws = (replicates: readonly (number | undefined)[]) => ({
  documents: 20,
  estimate: 0.5,
  replicates,
  influences: undefined,
});

test("is 1 where nothing differs, and never 0", () => {
  expect(bootstrapP(draws([0, 0, 0]))).toEqual({given: true, p: 1, resamples: 3});
  expect(bootstrapP(draws(new Array<number>(99).fill(2)))).toEqual({given: true, p: 2 / 100, resamples: 99});
});

test("is twice the smaller tail, a replicate at 0 counting on both sides", () => {
  // Two at or below 0, eighteen at or above: 2·(2+1)/(19+1).
  const replicates = [-1, 0, ...new Array<number>(17).fill(1)];
  expect(bootstrapP(draws(replicates))).toEqual({given: true, p: 6 / 20, resamples: 19});
});

test("is small where the percentile interval leaves 0 out, and large where it holds it", () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({min: -0.5, max: 0.5, noNaN: true}), (seed, shift) => {
      const rng = createRng(seed);
      const values = Array.from({length: 20}, () => rng() - 0.5 + shift);
      const [drawn] = resample([meanOf(values)], {documents: 20, resamples: 500, rng});
      if (drawn === undefined) throw new Error("one statistic gives one draws");
      const [interval, test] = [bootstrapInterval(drawn, {method: "percentile"}), bootstrapP(drawn)];
      if (!interval.given || !test.given) throw new Error("twenty documents have both");
      const holdsZero = interval.low <= 0 && interval.high >= 0;
      // One resample in five hundred either way: the interval interpolates and p adds one.
      expect(holdsZero ? test.p >= 0.05 - 0.006 : test.p <= 0.05 + 0.006).toBe(true);
    }),
    {numRuns: 40},
  );
});

test("is not given without a difference", () => {
  const reason = "no difference to test";
  expect(bootstrapP({...draws([1]), estimate: undefined})).toEqual({given: false, reason});
  expect(bootstrapP(draws([undefined]))).toEqual({given: false, reason});
});

test("the normal tail tells apart what 99 replicates cannot: ten and three spreads from 0, but reaches no further than 20 times", () => {
  // Replicates 4 and 6 by turns: a spread of about 1 around 5.
  const replicates = Array.from({length: 99}, (_, index) => (index % 2 === 0 ? 4 : 6));
  const far = bootstrapTailP({...draws(replicates), estimate: 10});
  const near = bootstrapTailP({...draws(replicates), estimate: 3});
  if (!far.given || !near.given) throw new Error("there are replicates");
  // 2·Φ(−3) = .0027, the spread being 1.005; 2·Φ(−10) = 1.5e-23 is below a twentieth of 2/100.
  expect(near.p).toBeGreaterThan(0.0026);
  expect(near.p).toBeLessThan(0.0032);
  expect(far.p).toBeCloseTo(0.001, 12);
});

test("with replicates on both sides of 0, or all of them equal, the tail is that of the replicates", () => {
  for (const replicates of [
    [-1, 0, 2, 3],
    [1, 1, 1],
  ]) {
    expect(bootstrapTailP(draws(replicates))).toEqual(bootstrapP(draws(replicates)));
  }
});
