import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {foldsOf} from "../../src/math/folds.ts";
import {createRng} from "../../src/math/rng.ts";

describe("folds", () => {
  test("hold every item out once, in parts whose sizes differ by one at most", () => {
    const holds = fc.property(fc.integer({min: 2, max: 6}), fc.integer({min: 0, max: 40}), (folds, more) => {
      const count = folds + more;
      const dealt = foldsOf(count, folds, createRng(more));
      const sizes = dealt.map(({held}) => held.length);
      const together = dealt.flatMap(({held}) => held).sort((one, other) => one - other);
      return (
        dealt.length === folds &&
        Math.max(...sizes) - Math.min(...sizes) <= 1 &&
        together.join() === Array.from({length: count}, (_, index) => index).join() &&
        dealt.every(({held, rest}) => held.length + rest.length === count && !rest.some(one => held.includes(one)))
      );
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("are those of the seed", () => {
    expect(foldsOf(20, 5, createRng(1))).toEqual(foldsOf(20, 5, createRng(1)));
    expect(foldsOf(20, 5, createRng(1))).not.toEqual(foldsOf(20, 5, createRng(2)));
  });

  test.each([
    [3, 4],
    [5, 1],
    [5, 2.5],
  ])("refuse %s items in %s parts", (count, folds) => {
    expect(() => foldsOf(count, folds, createRng(1))).toThrow(RangeError);
  });
});
