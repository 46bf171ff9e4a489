import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {logit} from "../../src/math/logit.ts";
import {sigmoid, softplus} from "../../src/math/sigmoid.ts";

const number = fc.double({min: -700, max: 700, noNaN: true});

describe("sigmoid", () => {
  test("of x and −x sum to 1", () => {
    const holds = fc.property(number, x => Math.abs(sigmoid(x) + sigmoid(-x) - 1) < 1e-15);
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("does not fall", () => {
    const holds = fc.property(
      number,
      fc.double({min: 0, max: 50, noNaN: true}),
      (x, by) => sigmoid(x) <= sigmoid(x + by),
    );
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("is ¾ at ln 3, keeps the digits of small values and reaches its ends", () => {
    expect(sigmoid(Math.log(3))).toBeCloseTo(0.75, 15);
    expect(sigmoid(-100) / Math.exp(-100)).toBeCloseTo(1, 12);
    expect([sigmoid(Number.NEGATIVE_INFINITY), sigmoid(-1e4), sigmoid(1e4), sigmoid(Number.POSITIVE_INFINITY)]).toEqual(
      [0, 0, 1, 1],
    );
    expect(sigmoid(Number.NaN)).toBeNaN();
  });
});

describe("softplus", () => {
  test("is −ln σ(−x)", () => {
    const holds = fc.property(fc.double({min: -30, max: 30, noNaN: true}), x => {
      const seen = softplus(x);
      return Math.abs(seen + Math.log(sigmoid(-x))) <= 1e-12 * Math.max(1, seen);
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("does not overflow and keeps the digits of small values", () => {
    expect(softplus(1000)).toBe(1000);
    expect(softplus(-40) / Math.exp(-40)).toBeCloseTo(1, 12);
    expect([softplus(Number.NEGATIVE_INFINITY), softplus(Number.POSITIVE_INFINITY)]).toEqual([
      0,
      Number.POSITIVE_INFINITY,
    ]);
  });
});

describe("logit", () => {
  test("is the inverse of sigmoid", () => {
    const holds = fc.property(fc.double({min: 1e-12, max: 1 - 1e-6, noNaN: true}), p => {
      return Math.abs(sigmoid(logit(p)) - p) <= 1e-14;
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("is infinite at 0 and 1", () => {
    expect([logit(0), logit(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
  });

  test.each([-1e-9, 1.000001, Number.NaN])("refuses %s", p => {
    expect(() => logit(p)).toThrow(RangeError);
  });
});
