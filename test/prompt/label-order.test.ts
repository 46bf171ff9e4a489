import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {labelOrder} from "../../src/prompt/label-order.ts";

const labels = ["joy", "Anger", "fear", "awe"];

describe("labelOrder", () => {
  test("orders by code units, backwards, or not at all", () => {
    expect(labelOrder(labels, "alphabetical")).toEqual(["Anger", "awe", "fear", "joy"]);
    expect(labelOrder(labels, "reversed")).toEqual(["joy", "fear", "awe", "Anger"]);
    expect(labelOrder(labels, "as-listed")).toEqual(labels);
  });

  test("is always a permutation, and a random one does not depend on the listing", () => {
    const names = fc.uniqueArray(fc.string({minLength: 1}), {maxLength: 12});
    fc.assert(
      fc.property(
        names,
        fc.constantFrom("alphabetical", "reversed", "as-listed", "random:1", "random:x"),
        (list, order) => {
          expect(labelOrder(list, order).toSorted()).toEqual(list.toSorted());
          expect(labelOrder(list.toReversed(), "random:3")).toEqual(labelOrder(list, "random:3"));
        },
      ),
    );
  });

  test("gives many orders over many seeds", () => {
    const orders = new Set(Array.from({length: 200}, (_, seed) => labelOrder(labels, `random:${seed}`).join()));
    expect(orders.size).toBe(24);
  });

  test("refuses another word, listing the good ones", () => {
    expect(() => labelOrder(labels, "random")).toThrow('label order "random" is not known');
  });
});
