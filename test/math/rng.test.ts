import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";

const draw = (seed: number | string, count: number): number[] => {
  const rng = createRng(seed);
  return Array.from({length: count}, () => rng());
};

describe("createRng", () => {
  test("gives the same numbers for the same seed and others for another seed", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (left, right) => {
        expect(draw(left, 5)).toEqual(draw(left, 5));
        if (left !== right) expect(draw(left, 5)).not.toEqual(draw(right, 5));
      }),
    );
  });

  test("takes an integer and its decimal string as the same seed", () => {
    expect(draw(7, 3)).toEqual(draw("7", 3));
  });

  test("refuses a seed that is not an integer", () => {
    expect(() => createRng(0.5)).toThrow(RangeError);
  });

  test("stays in [0, 1) and fills twenty equal bins evenly, for neighbouring seeds", () => {
    for (const seed of [0, 1, 2, "a", "b"]) {
      const bins = new Array<number>(20).fill(0);
      for (const value of draw(seed, 20_000)) bins[Math.floor(value * 20)] = (bins[Math.floor(value * 20)] ?? 0) + 1;
      // Chi-square with 19 degrees of freedom: 43.8 is the 0.001 tail.
      const chiSquare = bins.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
      expect(bins).toHaveLength(20);
      expect(chiSquare).toBeLessThan(43.8);
    }
  });

  test("gives uncorrelated streams for neighbouring seeds", () => {
    const [left, right] = [draw(1, 10_000), draw(2, 10_000)];
    const covariance =
      left.reduce((sum, value, index) => sum + (value - 0.5) * ((right[index] ?? 0) - 0.5), 0) / 10_000;
    expect(Math.abs(covariance * 12)).toBeLessThan(0.04);
  });
});
