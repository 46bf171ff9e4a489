import {describe, expect, test} from "vitest";
import {type AnswerFacts, answerFacts} from "../../src/dynamics/answer-facts.ts";
import {answerWarnings} from "../../src/dynamics/answer-warnings.ts";
import type {Trace} from "../../src/records/trace.ts";
import {aStep, aTrace} from "../store/records.ts";

const malformed: Partial<Trace> = {
  answer: {tokens: [1], text: "joy joy", wellFormed: false, problems: ["not-closed"], labels: []},
};

describe("answerFacts", () => {
  test("takes means over the documents that have a label step", () => {
    const summary = answerFacts([
      aTrace("a", {steps: [aStep({entropyBits: 1, labelMass: 0.5}), aStep({r: 2, entropyBits: 9})]}),
      aTrace("b", {steps: [aStep({entropyBits: 2, labelMass: 0.7, argmaxIsLabel: false})]}),
      aTrace("c", {steps: []}),
    ]);
    expect(summary.documents).toBe(3);
    expect(summary.firstStep).toEqual({entropyBits: 1.5, vocabEntropyBits: 2, labelMass: 0.6, argmaxIsLabel: 0.5});
    expect(summary.laterSteps).toEqual({steps: 1, entropyBits: 9});
  });

  test("no documents give no means, and neither do documents without steps", () => {
    expect(answerFacts([])).toEqual({
      documents: 0,
      wellFormed: 0,
      distinctAnswers: 0,
      multiLabelAnswers: 0,
      forced: 0,
    });
    expect(answerFacts([aTrace("a", {steps: []})])).not.toHaveProperty("firstStep");
  });

  test("the first malformed answer is the example, and an empty set counts as an answer of its own", () => {
    const nothing = {tokens: [3], text: 'none"]}', wellFormed: true, problems: [], labels: []};
    const summary = answerFacts([
      aTrace("a"),
      aTrace("b", malformed),
      aTrace("c", malformed),
      aTrace("d", {answer: nothing}),
      aTrace("e", {answer: nothing}),
    ]);
    expect(summary).toMatchObject({
      wellFormed: 3,
      distinctAnswers: 3,
      malformedExample: {id: "b", text: "joy joy", problems: ["not-closed"]},
      mostCommon: {documents: 2},
    });
    const most = answerFacts([aTrace("d", {answer: nothing})]);
    expect(most.mostCommon).toEqual({text: "(null label)", documents: 1});
  });
});

describe("answerWarnings", () => {
  const fine: AnswerFacts = {
    documents: 100,
    wellFormed: 100,
    distinctAnswers: 5,
    mostCommon: {text: "joy", documents: 80},
    firstStep: {entropyBits: 1, vocabEntropyBits: 2, labelMass: 0.5, argmaxIsLabel: 1},
    multiLabelAnswers: 0,
    forced: 0,
  };
  const textsOf = (facts: AnswerFacts, own = true) => answerWarnings(facts, own).map(({text}) => text);
  const malformedExample = {id: "d1", text: 'jo\n"', problems: ["not-closed", "other-text"]};

  test("a run that stands just at the limits gives none, and so does an empty one", () => {
    expect(textsOf({...fine, wellFormed: 80, malformedExample})).toEqual([]);
    expect(textsOf({documents: 0, wellFormed: 0, distinctAnswers: 0, multiLabelAnswers: 0, forced: 0})).toEqual([]);
  });

  test("just beyond each limit it gives that one", () => {
    expect(textsOf({...fine, wellFormed: 79, malformedExample})).toEqual([
      'only 79 of 100 answers are well-formed (79 %); e.g. document "d1": "jo\\n\\"" (not-closed, other-text)',
    ]);
    expect(textsOf({...fine, mostCommon: {text: "joy", documents: 81}})).toEqual([
      expect.stringMatching(/^81 % of the answers are the same \("joy"\)/),
    ]);
    expect(textsOf({...fine, firstStep: {entropyBits: 1, labelMass: 0.5, argmaxIsLabel: 0.79}})).toEqual([
      expect.stringMatching(/^at the first label step of 21 % of the documents the best token starts no label/),
    ]);
    const firstStep = {entropyBits: 1, vocabEntropyBits: 2, labelMass: 0.49, argmaxIsLabel: 1};
    expect(textsOf({...fine, firstStep})).toEqual([expect.stringMatching(/^the labels hold 0\.49 of the probability/)]);
  });

  test("of forced answers nothing is said but what stood at their label steps", () => {
    const firstStep = {entropyBits: 1, labelMass: 0.49, argmaxIsLabel: 1};
    const mostCommon = {text: "joy", documents: 100};
    expect(textsOf({...fine, wellFormed: 0, malformedExample, mostCommon, firstStep}, false)).toEqual([
      expect.stringMatching(/^the labels hold 0\.49/),
    ]);
  });

  test("the same answer on fewer than ten documents is no sign of anything", () => {
    expect(textsOf({...fine, documents: 9, wellFormed: 9, mostCommon: {text: "joy", documents: 9}})).toEqual([]);
  });
});
