import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";
import {sample, shuffle} from "../../src/math/shuffle.ts";

describe("shuffle", () => {
  test("is a permutation and leaves its input as it is", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
        const before = [...items];
        const shuffled = shuffle(items, createRng(seed));
        expect(items).toEqual(before);
        expect([...shuffled].sort((a, b) => a - b)).toEqual(before.sort((a, b) => a - b));
      }),
    );
  });

  test("gives each of the six orders of three items about equally often", () => {
    const rng = createRng("orders");
    const counts = new Map<string, number>();
    for (let round = 0; round < 6000; round += 1) {
      const order = shuffle(["a", "b", "c"], rng).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(130);
  });
});

describe("sample", () => {
  test("is the start of the shuffle with the same seed", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(30), fc.integer(), (items, count, seed) => {
        expect(sample(items, count, createRng(seed))).toEqual(shuffle(items, createRng(seed)).slice(0, count));
      }),
    );
  });

  test("refuses a negative count", () => {
    expect(() => sample([1], -1, createRng(0))).toThrow(RangeError);
  });
});
