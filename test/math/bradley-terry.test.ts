import {readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import {bradleyTerry, type Comparison} from "../../src/math/bradley-terry.ts";
import {logit} from "../../src/math/logit.ts";
import {farthest} from "./support.ts";

const golden = z
  .object({
    bradleyTerry: z.array(
      z.object({
        name: z.string(),
        players: z.int(),
        comparisons: z.array(z.object({first: z.int(), second: z.int(), p: z.number()})),
        strengths: z.array(z.number()),
        loss: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../golden/bradley-terry.golden.json"), "utf8")));

/** All pairs of so many players, each with some probability; certain outcomes among them. */
const someComparisons = fc.integer({min: 2, max: 6}).chain(players => {
  const pairs = Array.from({length: players}, (_, first) =>
    Array.from({length: players - first - 1}, (_unused, more) => ({first, second: first + 1 + more})),
  ).flat();
  const p = fc.oneof(fc.double({min: 0, max: 1, noNaN: true}), fc.constantFrom(0, 0.5, 1));
  return fc
    .array(p, {minLength: pairs.length, maxLength: pairs.length})
    .map(drawn => ({players, comparisons: pairs.map((pair, index) => ({...pair, p: drawn[index] ?? 0}))}));
});

/** The objective, written down once more. */
const loss = (s: readonly number[], comparisons: readonly Comparison[]) =>
  comparisons.reduce(
    (sum, {first, second, p}) => {
      const d = (s[first] ?? 0) - (s[second] ?? 0);
      return sum + p * Math.log(1 + Math.exp(-d)) + (1 - p) * Math.log(1 + Math.exp(d));
    },
    s.reduce((sum, one) => sum + 0.01 * one * one, 0),
  );

describe("Bradley–Terry strengths", () => {
  test("there are golden cases", () => {
    expect(golden.bradleyTerry.length).toBeGreaterThanOrEqual(8);
  });

  test.each(golden.bradleyTerry)("are SciPy's: $name", ({players, comparisons, strengths, loss: best}) => {
    const found = bradleyTerry(players, comparisons);
    expect(farthest(found, strengths)).toBeLessThan(1e-8);
    expect(Math.abs(loss(found, comparisons) - best)).toBeLessThan(1e-10);
  });

  test("of two players lie near the logit, drawn to 0 by the ridge alone", () => {
    const [one = 0, other = 0] = bradleyTerry(2, [{first: 0, second: 1, p: 0.75}]);
    expect(one - other).toBeLessThan(logit(0.75));
    // σ(d) − p + 0.02 · d/2 = 0 with d = s₀ − s₁.
    expect(1 / (1 + Math.exp(other - one)) - 0.75 + 0.01 * (one - other)).toBeCloseTo(0, 12);
  });

  test("vanish where every pair is a tie, in a circle and for a player who was never compared", () => {
    expect(bradleyTerry(2, [{first: 0, second: 1, p: 0.5}])).toEqual([0, 0]);
    const circle = [
      {first: 0, second: 1, p: 1},
      {first: 1, second: 2, p: 1},
      {first: 0, second: 2, p: 0},
    ];
    expect(farthest(bradleyTerry(3, circle), [0, 0, 0])).toBeLessThan(1e-9);
    expect(bradleyTerry(3, [{first: 0, second: 1, p: 0.9}])[2]).toBe(0);
    expect(bradleyTerry(1, [])).toEqual([0]);
  });

  test("sum to 0, and are no worse than their neighbours", () => {
    const holds = fc.property(someComparisons, ({players, comparisons}) => {
      const s = bradleyTerry(players, comparisons);
      const here = loss(s, comparisons);
      const neighbours = s.flatMap((_, player) =>
        [0.01, -0.01].map(by => loss(s.with(player, (s[player] ?? 0) + by), comparisons)),
      );
      return Math.abs(s.reduce((sum, one) => sum + one, 0)) < 1e-6 && neighbours.every(there => here <= there + 1e-12);
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("do not depend on which of a pair is named first", () => {
    const holds = fc.property(someComparisons, ({players, comparisons}) => {
      const turned = comparisons.map(({first, second, p}) => ({first: second, second: first, p: 1 - p}));
      return farthest(bradleyTerry(players, comparisons), bradleyTerry(players, turned)) < 1e-7;
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test.each([
    ["a player that is not there", {first: 0, second: 2, p: 0.5}],
    ["half a player", {first: 0.5, second: 1, p: 0.5}],
    ["a player against itself", {first: 1, second: 1, p: 0.5}],
    ["more than certainty", {first: 0, second: 1, p: 1.5}],
    ["NaN", {first: 0, second: 1, p: Number.NaN}],
  ])("are refused for %s", (_what, comparison) => {
    expect(() => bradleyTerry(2, [comparison])).toThrow(RangeError);
  });
});
