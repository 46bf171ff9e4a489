import {describe, expect, test} from "vitest";
import {binaryMass, unaryMass} from "../../src/estimate/answer-mass.ts";
import {estimateDocuments} from "../../src/estimate/estimate-documents.ts";
import {unary} from "../../src/estimate/unary.ts";
import type {Assessment} from "../../src/records/questions.ts";
import {close, NO_NONE, RUN, reasonOf, records, valuesOf} from "./support.ts";

const asked = (...answers: readonly (readonly [number, number])[]) => ({
  unary: {labels: answers.map(([reasonable, unreasonable]): Assessment => ({reasonable, unreasonable}))},
});

describe("unary", () => {
  test("is the share of “reasonable” among the two answers, label by label", () => {
    const found = unary.estimate(RUN, records(asked([0.6, 0.2], [0.1, 0.9])));
    expect(close(valuesOf(found), [0.75, 0.1])).toBe(true);
    expect(found).not.toHaveProperty("remarks");
  });

  test("needs no null label", () => {
    expect(close(valuesOf(unary.estimate(NO_NONE, records(asked([0.6, 0.2], [0.1, 0.9])))), [0.75, 0.1])).toBe(true);
  });

  test("gives 0 and 1 where one answer has no probability", () => {
    expect(valuesOf(unary.estimate(RUN, records(asked([0, 0.6], [0.8, 0]))))).toEqual([0, 1]);
  });

  test("keeps an estimate from little answer mass, and says so: the mean counts, not one question", () => {
    const low = unary.estimate(RUN, records(asked([0.006, 0.002], [0.9, 0.05])));
    expect(close(valuesOf(low), [0.75, 0.9 / 0.95])).toBe(true);
    expect(low).toMatchObject({remarks: ["low-answer-mass"]});
    expect(unary.estimate(RUN, records(asked([0.06, 0.02], [0.9, 0.05])))).not.toHaveProperty("remarks");
  });

  test("has a reason where nothing was asked, and where an answer has no probability at all", () => {
    expect(reasonOf(unary.estimate(RUN, records()))).toBe("no question about single labels was captured");
    expect(reasonOf(unary.estimate(RUN, records(asked([0.5, 0.5], [0, 0]))))).toBe(
      "both answers about a label have probability 0",
    );
  });

  test("refuses as many answers as there are not labels", () => {
    expect(() => unary.estimate(RUN, records(asked([0.5, 0.5])))).toThrow(RangeError);
  });

  test("has its remarks counted over the documents of a run", () => {
    const documents = [records(asked([0.01, 0.01], [0.02, 0.01])), records(asked([0.5, 0.4], [0.5, 0.4]))];
    expect(estimateDocuments(unary, RUN, {documents}).remarks).toEqual([
      {reason: "the model gives the two answers asked for less than half of its probability", count: 1},
    ]);
  });
});

describe("the answer mass of a document", () => {
  test("is the mean over its questions, of pairs over both orders", () => {
    const [labels = []] = [records(asked([0.6, 0.2], [0.1, 0.5])).unary?.labels];
    expect(unaryMass({labels})).toBeCloseTo((0.8 + 0.6) / 2, 12);
    const one = {first: 0.1, second: 0.1};
    const other = {first: 0.3, second: 0.1};
    expect(binaryMass({pairs: [{first: 0, second: 1, asked: [one, other]}]})).toBeCloseTo(0.3, 12);
  });

  test("is unknown if nothing was asked", () => {
    expect(unaryMass({labels: []})).toBeUndefined();
    expect(binaryMass({pairs: []})).toBeUndefined();
  });
});
