import {describe, expect, test} from "vitest";
import type {Trace} from "../../src/records/trace.ts";
import {type RunSummary, summariseTraces, warningsOf} from "../../src/run/summary.ts";
import {aStep, aTrace} from "../store/records.ts";

async function* each(traces: readonly Trace[]): AsyncGenerator<Trace> {
  yield* traces;
}

const malformed: Partial<Trace> = {
  answer: {tokens: [1], text: "joy joy", wellFormed: false, problems: ["not-closed"], labels: []},
};

describe("summariseTraces", () => {
  test("takes means over the test documents that have a label step, and no other", async () => {
    const summary = await summariseTraces(
      each([
        aTrace("a", {steps: [aStep({entropyBits: 1, labelMass: 0.5}), aStep({r: 2, entropyBits: 9})]}),
        aTrace("b", {steps: [aStep({entropyBits: 2, labelMass: 0.7, argmaxIsLabel: false})]}),
        aTrace("c", {steps: []}),
        aTrace("d", {split: "calibration", steps: [aStep({entropyBits: 100})]}),
      ]),
    );
    expect(summary.documents).toBe(3);
    expect(summary.firstStep).toEqual({entropyBits: 1.5, vocabEntropyBits: 2, labelMass: 0.6, argmaxIsLabel: 0.5});
    expect(summary.laterSteps).toEqual({steps: 1, entropyBits: 9});
  });

  test("no documents give no means, and neither do documents without steps", async () => {
    expect(await summariseTraces(each([]))).toEqual({
      documents: 0,
      wellFormed: 0,
      distinctAnswers: 0,
      multiLabelAnswers: 0,
      forced: 0,
    });
    expect(await summariseTraces(each([aTrace("a", {steps: []})]))).not.toHaveProperty("firstStep");
  });

  test("the first malformed answer is the example, and an empty set counts as an answer of its own", async () => {
    const nothing = {tokens: [3], text: 'none"]}', wellFormed: true, problems: [], labels: []};
    const summary = await summariseTraces(
      each([
        aTrace("a"),
        aTrace("b", malformed),
        aTrace("c", malformed),
        aTrace("d", {answer: nothing}),
        aTrace("e", {answer: nothing}),
      ]),
    );
    expect(summary).toMatchObject({
      wellFormed: 3,
      distinctAnswers: 3,
      malformedExample: {id: "b", text: "joy joy", problems: ["not-closed"]},
      mostCommon: {documents: 2},
    });
    const most = await summariseTraces(each([aTrace("d", {answer: nothing})]));
    expect(most.mostCommon).toEqual({text: "(null label)", documents: 1});
  });
});

describe("warningsOf", () => {
  const fine: RunSummary = {
    documents: 100,
    wellFormed: 100,
    distinctAnswers: 5,
    mostCommon: {text: "joy", documents: 80},
    firstStep: {entropyBits: 1, vocabEntropyBits: 2, labelMass: 0.5, argmaxIsLabel: 1},
    multiLabelAnswers: 0,
    forced: 0,
  };
  const malformedExample = {id: "d1", text: 'jo\n"', problems: ["not-closed", "other-text"]};

  test("a run that stands just at the limits gives none, and so does an empty one", () => {
    expect(warningsOf({...fine, wellFormed: 80, malformedExample})).toEqual([]);
    expect(warningsOf({documents: 0, wellFormed: 0, distinctAnswers: 0, multiLabelAnswers: 0, forced: 0})).toEqual([]);
  });

  test("just beyond each limit it gives that one", () => {
    expect(warningsOf({...fine, wellFormed: 79, malformedExample})).toEqual([
      'only 79 of 100 answers are well-formed (79 %); e.g. document "d1": "jo\\n\\"" (not-closed, other-text)',
    ]);
    expect(warningsOf({...fine, mostCommon: {text: "joy", documents: 81}})).toEqual([
      expect.stringMatching(/^81 % of the answers are the same \(joy\)/),
    ]);
    const firstStep = {entropyBits: 1, vocabEntropyBits: 2, labelMass: 0.49, argmaxIsLabel: 1};
    expect(warningsOf({...fine, firstStep})).toEqual([
      expect.stringMatching(/^the labels hold 0\.49 of the probability/),
    ]);
  });

  test("the same answer on fewer than ten documents is no sign of anything", () => {
    expect(warningsOf({...fine, documents: 9, wellFormed: 9, mostCommon: {text: "joy", documents: 9}})).toEqual([]);
  });
});
