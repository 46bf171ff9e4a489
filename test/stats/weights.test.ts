import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";
import {drawWeights, onceEach, strataOf} from "../../src/stats/weights.ts";

describe("drawWeights", () => {
  test("draws from each stratum as many as it has, and nothing from elsewhere", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "b", 3), {maxLength: 30}), fc.integer(), (strata, seed) => {
        const groups = strataOf(strata.length, strata);
        const weights = onceEach(strata.length);
        drawWeights(weights, groups, createRng(seed));
        expect(weights.every(weight => weight >= 0)).toBe(true);
        expect(groups.map(group => group.reduce((sum, index) => sum + (weights[index] ?? 0), 0))).toEqual(
          groups.map(group => group.length),
        );
        expect(groups.flatMap(group => [...group]).sort((x, y) => x - y)).toEqual(strata.map((_, index) => index));
      }),
    );
  });

  test("draws every document equally often, and leaves out about 1/e of them", () => {
    const rng = createRng("weights");
    const totals = new Float64Array(50);
    const weights = onceEach(50);
    let missing = 0;
    for (let round = 0; round < 4000; round += 1) {
      drawWeights(weights, strataOf(50), rng);
      weights.forEach((weight, index) => {
        totals[index] = (totals[index] ?? 0) + weight;
        if (weight === 0) missing += 1;
      });
    }
    for (const total of totals) expect(Math.abs(total - 4000)).toBeLessThan(300);
    expect(missing / 200_000).toBeCloseTo((49 / 50) ** 50, 2);
  });
});

describe("strataOf", () => {
  test("makes one group without strata, none without documents", () => {
    expect(strataOf(3).map(group => [...group])).toEqual([[0, 1, 2]]);
    expect(strataOf(0)).toEqual([]);
  });

  test("keeps a number and a word apart and refuses a wrong length", () => {
    expect(strataOf(2, [1, "1"])).toHaveLength(2);
    expect(() => strataOf(3, ["a"])).toThrow(RangeError);
  });
});
