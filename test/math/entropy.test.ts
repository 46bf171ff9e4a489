import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {entropyBits} from "../../src/math/entropy.ts";
import {softmax} from "../../src/math/softmax.ts";

const distribution = fc.array(fc.double({min: -30, max: 30, noNaN: true}), {minLength: 1, maxLength: 12}).map(softmax);

describe("entropyBits", () => {
  test("is 0 where one entry holds all the mass", () => {
    expect(entropyBits([1])).toBe(0);
    expect(entropyBits([0, 1, 0])).toBe(0);
  });

  test.each([1, 2, 3, 7, 8])("is log2 n where all %i tie", n => {
    expect(entropyBits(Array.from({length: n}, () => 1 / n))).toBeCloseTo(Math.log2(n), 12);
  });

  test("is 1.75 bits for halves, quarters and eighths", () => {
    expect(entropyBits([1 / 2, 1 / 4, 1 / 8, 1 / 8])).toBeCloseTo(1.75, 12);
  });

  test("stays within [0, log2 n]", () => {
    const bounded = fc.property(distribution, p => {
      const bits = entropyBits(p);
      return bits >= 0 && bits <= Math.log2(p.length) + 1e-9;
    });
    expect(fc.check(bounded).counterexample).toBeNull();
  });

  test("does not depend on the order and ignores an entry of 0", () => {
    const same = fc.property(distribution, p => {
      const bits = entropyBits(p);
      return Math.abs(entropyBits([0, ...p.toReversed()]) - bits) < 1e-9;
    });
    expect(fc.check(same).counterexample).toBeNull();
  });

  test.each([
    ["nothing", []],
    ["a sum below 1", [0.5, 0.4]],
    ["a sum above 1", [0.5, 0.6]],
    ["a negative entry", [1.5, -0.5]],
    ["a NaN", [1, Number.NaN]],
  ])("refuses %s", (_what, p) => {
    expect(() => entropyBits(p)).toThrow(RangeError);
  });
});
