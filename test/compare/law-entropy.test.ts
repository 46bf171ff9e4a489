import {expect, test} from "vitest";
import {lawEntropy} from "../../src/compare/law-entropy.ts";

const settings = {seed: 0, resamples: 200, level: 0.95};
const own = (id: string, first: Record<string, number>) => ({id, text: id, labels: [], truth: {marginal: {}, first}});
const half = {joy: 0.5, fear: 0.5};

test("is the mean over documents of the entropy of the law of the first label", () => {
  const documents = [own("a", half), own("b", {joy: 1, fear: 0}), own("c", {joy: 0.25, fear: 0.75})];
  // 1 bit, 0 bits, 2 − 0.75·log2(3) bits
  expect(lawEntropy({documents}, settings)?.value).toBeCloseTo((1 + 0 + 2 - 0.75 * Math.log2(3)) / 3, 12);
});

test("is absent if one document does not carry the law", () => {
  const documents = [own("a", half), {id: "b", text: "b", labels: []}];
  expect(lawEntropy({documents}, settings)).toBeUndefined();
  expect(lawEntropy({documents: []}, settings)).toBeUndefined();
});
