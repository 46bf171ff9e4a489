import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {pairedEffect} from "../../src/stats/effect.ts";
import {goldenStats} from "./golden.ts";

const number = fc.integer({min: -5, max: 5});
const pairs = fc.array(fc.record({left: number, right: number}), {minLength: 1, maxLength: 20});

describe("pairedEffect", () => {
  test.each(goldenStats.effects)("has NumPy's d_z: $dz", ({left, right, dz}) => {
    const seen = pairedEffect(left.map((value, index) => ({left: value, right: right[index] ?? 0})));
    expect(dz).not.toBeNull();
    expect(seen.dz).toBeCloseTo(dz ?? Number.NaN, 9);
  });

  test("is worked out on paper for four documents", () => {
    const list = [3, 1, 2, 2].map(left => ({left, right: 2}));
    expect(pairedEffect(list)).toEqual({
      documents: 4,
      meanDifference: 0,
      dz: 0,
      superiority: 0.5,
      dominance: 0,
    });
    expect(pairedEffect(list.map(({left}) => ({left, right: 1})))).toMatchObject({
      meanDifference: 1,
      dz: 1 / Math.sqrt(2 / 3),
      superiority: (3 + 0.5) / 4,
      dominance: 3 / 4,
    });
  });

  test("turns around when the systems change places", () => {
    fc.assert(
      fc.property(pairs, list => {
        const forth = pairedEffect(list);
        const back = pairedEffect(list.map(({left, right}) => ({left: right, right: left})));
        expect((forth.meanDifference ?? Number.NaN) + (back.meanDifference ?? 0)).toBeCloseTo(0, 12);
        expect((forth.superiority ?? Number.NaN) + (back.superiority ?? 0)).toBeCloseTo(1, 12);
        expect(forth.dz === undefined).toBe(back.dz === undefined);
        expect((forth.dz ?? 0) + (back.dz ?? 0)).toBeCloseTo(0, 9);
        expect(forth.reason === undefined).toBe(forth.dz !== undefined);
      }),
    );
  });

  test("is nothing for a system against itself", () => {
    expect(pairedEffect([1, 2].map(value => ({left: value, right: value})))).toEqual({
      documents: 2,
      meanDifference: 0,
      dz: 0,
      superiority: 0.5,
      dominance: 0,
    });
  });

  test("has no d_z for one document or for equal differences, and says why", () => {
    expect(pairedEffect([{left: 1, right: 0}])).toMatchObject({dz: undefined, reason: expect.stringContaining("one")});
    const equal = [0.1, 0.2, 0.7].map(value => ({left: value + 0.3, right: value}));
    expect(pairedEffect(equal)).toMatchObject({dz: undefined, superiority: 1, reason: "all differences are equal"});
  });

  test("has nothing without documents, and refuses what is not finite", () => {
    expect(pairedEffect([])).toMatchObject({documents: 0, meanDifference: undefined, reason: "no documents"});
    expect(() => pairedEffect([{left: Number.NaN, right: 0}])).toThrow(RangeError);
  });
});
