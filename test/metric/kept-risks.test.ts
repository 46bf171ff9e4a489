import fc from "fast-check";
import {expect, test} from "vitest";
import {certaintyOrder, drawnOf, risksAt} from "../../src/metric/kept-risks.ts";

const RANKED = [
  {row: 2, certainty: 0.5, risk: 0, endsTie: true},
  {row: 0, certainty: 0.3, risk: 1, endsTie: false},
  {row: 1, certainty: 0.3, risk: 0.5, endsTie: true},
];

test("half of two equally certain documents has their mean risk", () => {
  // Kept are document 2 (risk 0), then half of the pair {1, 0.5}: (0 + 0.75) / 2; all three: 1.5 / 3.
  expect(risksAt(certaintyOrder(RANKED), [0.3, 0.6, 1], new Int32Array([1, 1, 1]))).toEqual([0, 0.375, 0.5]);
});

test("a resample without a document has no risk at any share", () => {
  expect(risksAt(certaintyOrder(RANKED), [0.5, 1], new Int32Array(3))).toEqual([undefined, undefined]);
});

test("shares asked for together have the risks that each has by itself", () => {
  const document = fc.record({certainty: fc.integer({min: 0, max: 3}), risk: fc.double({min: 0, max: 1, noNaN: true})});
  fc.assert(
    fc.property(
      fc.array(fc.tuple(document, fc.integer({min: 0, max: 3})), {minLength: 1, maxLength: 12}),
      fc.uniqueArray(fc.double({min: 0.01, max: 1, noNaN: true}), {maxLength: 5}),
      (documents, shares) => {
        const sorted = documents
          .map(([one], row) => ({...one, row}))
          .toSorted((left, right) => right.certainty - left.certainty);
        const order = certaintyOrder(
          sorted.map((one, place) => ({...one, endsTie: one.certainty !== sorted[place + 1]?.certainty})),
        );
        const weights = Int32Array.from(documents, ([, weight]) => weight);
        const ascending = [...shares].sort((one, two) => one - two);
        expect(risksAt(order, ascending, weights)).toEqual(ascending.flatMap(one => risksAt(order, [one], weights)));
        const all = drawnOf(order, documents.length, weights);
        if (all.drawn > 0) expect(risksAt(order, [1], weights)[0]).toBeCloseTo(all.risk / all.drawn, 12);
      },
    ),
  );
});
