import {expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";
import {resample, type Statistic} from "../../src/stats/draws.ts";

test("of statistics that say they are the same one is evaluated, and each keeps its own number of documents", () => {
  let calls = 0;
  const first = (sameAs: string, documents: number): Statistic => ({
    documents,
    sameAs,
    value: weights => {
      calls += 1;
      return weights[0];
    },
  });
  const all = [first("a", 3), first("b", 3), first("a", 2)];
  const [one, two, three] = resample(all, {documents: 3, resamples: 10, rng: createRng(1), influences: false});
  expect(three?.replicates).toEqual(one?.replicates);
  expect(two?.replicates).toEqual(one?.replicates);
  expect([one?.documents, three?.documents]).toEqual([3, 2]);
  // Two statistics, ten resamples and the sample itself.
  expect(calls).toBe(22);
});
