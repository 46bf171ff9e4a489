import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";
import {exchangeTest} from "../../src/stats/permutation.ts";
import {signFlipTest} from "../../src/stats/sign-flips.ts";

const rng = () => createRng("permutation");
const halves = fc.array(
  fc.integer({min: -4, max: 4}).map(value => value / 2),
  {minLength: 1, maxLength: 9},
);

describe("exchangeTest", () => {
  test("is the sign flip test for a mean", () => {
    fc.assert(
      fc.property(halves, differences => {
        const difference = (swapped: Uint8Array) =>
          differences.reduce((sum, value, index) => sum + (swapped[index] === 1 ? -value : value), 0) /
          differences.length;
        const general = exchangeTest({documents: differences.length, difference}, {rng: rng()});
        const flips = signFlipTest(differences, {rng: rng()});
        expect(general.given && flips.given ? general.p - flips.p : Number.NaN).toBeCloseTo(0, 12);
      }),
    );
  });

  test("tries every exchange once when there are few, and fair coins when there are many", () => {
    const seen: string[] = [];
    exchangeTest({documents: 3, difference: swapped => seen.push(swapped.join(""))}, {rng: rng()});
    expect(new Set(seen.slice(1)).size).toBe(8);
    expect(seen).toHaveLength(9);
    const counts = new Float64Array(70);
    const count = (swapped: Uint8Array) => {
      swapped.forEach((swap, index) => {
        counts[index] = (counts[index] ?? 0) + swap;
      });
      return 0;
    };
    exchangeTest({documents: 70, difference: count}, {rng: rng(), permutations: 2000});
    for (const swaps of counts) expect(Math.abs(swaps - 1000)).toBeLessThan(5 * Math.sqrt(500));
  });

  test("leaves out and counts exchanges without a value", () => {
    const difference = (swapped: Uint8Array) => (swapped[0] === 1 ? undefined : 1);
    expect(exchangeTest({documents: 2, difference}, {rng: rng()})).toMatchObject({
      p: 1,
      permutations: 2,
      undefinedPermutations: 2,
    });
  });

  test("has no test without an observed difference", () => {
    const reason = "no difference to test";
    expect(exchangeTest({documents: 2, difference: () => undefined}, {rng: rng()})).toEqual({given: false, reason});
    expect(exchangeTest({documents: 0, difference: () => 1}, {rng: rng()})).toMatchObject({reason: "no documents"});
  });
});
