import {describe, expect, test} from "vitest";
import {answerMass} from "../../src/estimate/answer-mass.ts";
import {estimateDocuments} from "../../src/estimate/estimate-documents.ts";
import {unary} from "../../src/estimate/unary.ts";
import type {Assessment, Preference} from "../../src/records/questions.ts";
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

describe("the answer mass of a run", () => {
  const preference = (first: number, second: number): Preference => ({first, second});

  test("is the mean over documents of the mean over their questions", () => {
    const mass = answerMass("unary", [
      records(asked([0.6, 0.2], [0.1, 0.7])),
      records(asked([0.1, 0.1], [0.3, 0.1])),
      records(),
    ]);
    expect(mass?.mean).toBeCloseTo((0.8 + 0.3) / 2, 12);
    expect(mass).toMatchObject({documents: 2, low: 1});
    expect(mass).not.toHaveProperty("warning");
  });

  test("of pairs counts both orders, and warns below a half", () => {
    const pairs = [{first: 0, second: 1, asked: [preference(0.1, 0.1), preference(0.3, 0.1)] as const}].map(
      ({asked: [one, other], ...place}): {first: number; second: number; asked: [Preference, Preference]} => ({
        ...place,
        asked: [one, other],
      }),
    );
    const mass = answerMass("binary", [records({binary: {pairs}})]);
    expect(mass?.mean).toBeCloseTo(0.3, 12);
    expect(mass?.warning).toBe(
      'the model gives the answers asked for by "binary" 0.30 of its probability: it was hardly going to answer, and the estimates describe the little that is left',
    );
  });

  test("is unknown where nothing was asked", () => {
    expect(answerMass("unary", [records()])).toBeUndefined();
    expect(answerMass("binary", [records(asked([0.5, 0.5]))])).toBeUndefined();
  });
});
