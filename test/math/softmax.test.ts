import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {logSumExp, softmax} from "../../src/math/softmax.ts";

const score = fc.double({min: -500, max: 500, noNaN: true});
const scores = fc.array(score, {minLength: 1, maxLength: 12});
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const close = (one: readonly number[], other: readonly number[], by: number) =>
  one.length === other.length && one.every((value, place) => Math.abs(value - (other[place] ?? Number.NaN)) <= by);

describe("softmax", () => {
  test("sums to 1 and stays in [0, 1]", () => {
    const distribution = fc.property(scores, values => {
      const p = softmax(values);
      return Math.abs(sum(p) - 1) < 1e-9 && p.every(value => value >= 0 && value <= 1 + 1e-12);
    });
    expect(fc.check(distribution).counterexample).toBeNull();
  });

  test("ignores a shift of all scores", () => {
    const same = fc.property(scores, score, (values, shift) =>
      close(softmax(values.map(value => value + shift)), softmax(values), 1e-9),
    );
    expect(fc.check(same).counterexample).toBeNull();
  });

  test("permutes with its scores", () => {
    const same = fc.property(scores, values =>
      close(softmax(values.toReversed()), softmax(values).toReversed(), 1e-12),
    );
    expect(fc.check(same).counterexample).toBeNull();
  });

  test("gives odds that are the exponential of the gap", () => {
    const [one = 0, other = 0] = softmax([Math.log(3), 0]);
    expect(one).toBeCloseTo(0.75, 12);
    expect(other).toBeCloseTo(0.25, 12);
  });

  test("does not overflow, and a score of -Infinity gets probability 0", () => {
    const p = softmax([1000, 1000, Number.NEGATIVE_INFINITY]);
    expect(close(p, [0.5, 0.5, 0], 1e-12)).toBe(true);
    expect(p[2]).toBe(0);
    expect(softmax([-1e5])).toEqual([1]);
  });

  test.each([
    ["no scores", []],
    ["only -Infinity", [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]],
    ["a NaN", [0, Number.NaN]],
    ["+Infinity", [0, Number.POSITIVE_INFINITY]],
  ])("refuses %s", (_what, values) => {
    expect(() => softmax(values)).toThrow(RangeError);
  });
});

describe("logSumExp", () => {
  test("of nothing is -Infinity, of one value that value", () => {
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY);
    expect(logSumExp([Number.NEGATIVE_INFINITY])).toBe(Number.NEGATIVE_INFINITY);
    expect(logSumExp([-745.5])).toBe(-745.5);
  });

  test("of n equal values is that value plus ln n", () => {
    expect(logSumExp([700, 700, 700, 700])).toBeCloseTo(700 + Math.log(4), 10);
  });

  test("lies between the largest value and that plus ln n", () => {
    const bounded = fc.property(scores, values => {
      const most = Math.max(...values);
      const total = logSumExp(values);
      return total >= most && total <= most + Math.log(values.length) + 1e-9;
    });
    expect(fc.check(bounded).counterexample).toBeNull();
  });

  test("keeps a NaN visible", () => {
    expect(logSumExp([0, Number.NaN])).toBeNaN();
  });
});
