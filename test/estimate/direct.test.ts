import {describe, expect, test} from "vitest";
import {compareToNone} from "../../src/estimate/compare-to-none.ts";
import {constant} from "../../src/estimate/constant.ts";
import type {DirectEstimator, RunLabels} from "../../src/estimate/estimator.ts";
import {firstStep} from "../../src/estimate/first-step.ts";
import {hard} from "../../src/estimate/hard.ts";
import {marginal} from "../../src/estimate/marginal.ts";
import {maxOverGenerations} from "../../src/estimate/max-over-generations.ts";
import {truth} from "../../src/estimate/truth.ts";
import {close, NO_NONE, RUN, reasonOf, records, scoresFor, step, trace, valuesOf} from "./support.ts";

const JOY = {text: "joy", kind: "label", label: "joy"} as const;
const FEAR = {text: "fear", kind: "label", label: "fear"} as const;
const NONE = {text: "none", kind: "none", label: "none"} as const;
const REPEAT = {text: "joy", kind: "repeat", label: "joy"} as const;
const OTHER = {text: "happy", kind: "other"} as const;

const at = (p: readonly number[], emitted: Parameters<typeof step>[1]["emitted"] = JOY, r = 1, forced?: boolean) =>
  step(r, {scores: scoresFor(p), emitted, ...(forced === undefined ? {} : {forced})});

const estimate = (estimator: DirectEstimator, about: Parameters<typeof records>[0], run: RunLabels = RUN) =>
  estimator.estimate(run, records(about));

const twoSteps = trace([at([0.6, 0.3, 0.1]), at([0.1, 0.7, 0.2], FEAR, 2)], ["joy", "fear"]);

describe("first-step", () => {
  test("is the distribution at the first label step without the null label", () => {
    expect(close(valuesOf(estimate(firstStep, {trace: twoSteps})), [0.6, 0.3])).toBe(true);
  });

  test("keeps every label of a task without a null label", () => {
    const one = trace([at([0.75, 0.25])]);
    expect(close(valuesOf(estimate(firstStep, {trace: one}, NO_NONE)), [0.75, 0.25])).toBe(true);
  });

  test("drops the null label by its name, wherever it stands", () => {
    const run = {labels: ["none", "joy", "fear"], noneLabel: "none"};
    expect(close(valuesOf(estimate(firstStep, {trace: twoSteps}, run)), [0.3, 0.1])).toBe(true);
  });

  test("reads the step numbered 1, not the one stored first", () => {
    const backwards = trace([...twoSteps.steps].reverse());
    expect(close(valuesOf(estimate(firstStep, {trace: backwards})), [0.6, 0.3])).toBe(true);
  });

  test("follows the stored scores, not the stored probabilities", () => {
    const stale = trace([{...at([0.6, 0.3, 0.1]), probabilities: [1, 0, 0]}]);
    expect(close(valuesOf(estimate(firstStep, {trace: stale})), [0.6, 0.3])).toBe(true);
  });

  test("gives 0 to a score of minus infinity, which is stored as null", () => {
    const sure = trace([step(1, {scores: [null, 2, 2]})]);
    const [joy, fear] = valuesOf(estimate(firstStep, {trace: sure}));
    expect(joy).toBe(0);
    expect(fear).toBeCloseTo(0.5, 12);
  });

  test("reads a forced step and says so", () => {
    const forced = trace([at([0.6, 0.3, 0.1], {text: "", kind: "other"}, 1, true)], [], ["no-label-step"]);
    const found = estimate(firstStep, {trace: forced});
    expect(close(valuesOf(found), [0.6, 0.3])).toBe(true);
    expect(found).toMatchObject({remarks: ["forced", "malformed"]});
  });

  test("remarks a malformed answer and an element that could not be read, and nothing else", () => {
    const steps = [at([0.6, 0.3, 0.1])];
    expect(estimate(firstStep, {trace: trace(steps, [], ["not-closed"])})).toMatchObject({remarks: ["malformed"]});
    expect(estimate(firstStep, {trace: trace(steps, [], ["straddled"])})).toMatchObject({remarks: ["straddled"]});
    expect(estimate(firstStep, {trace: trace(steps)})).not.toHaveProperty("remarks");
  });

  test.each([
    ["no trace", undefined, "no greedy trace was captured"],
    ["no step", trace([]), "no label step was read"],
    ["only later steps", trace([at([0.6, 0.3, 0.1], JOY, 2)]), "no label step was read"],
    ["no score", trace([step(1, {scores: [null, null, null]})]), "every label has probability 0 at the label step"],
  ])("has a reason and no number for %s", (_what, captured, reason) => {
    expect(reasonOf(estimate(firstStep, {trace: captured}))).toBe(reason);
  });
});

describe("compare-to-none", () => {
  test("is p / (p + P(none)) of each label at the first step", () => {
    expect(close(valuesOf(estimate(compareToNone, {trace: twoSteps})), [0.6 / 0.7, 0.3 / 0.4])).toBe(true);
  });

  test("is 0 for an impossible label and 1 beside an impossible null label", () => {
    const label = trace([step(1, {scores: [null, 3, 3]})]);
    expect(valuesOf(estimate(compareToNone, {trace: label}))).toEqual([0, 0.5]);
    const none = trace([step(1, {scores: [-50, 3, null]})]);
    expect(valuesOf(estimate(compareToNone, {trace: none}))).toEqual([1, 1]);
  });

  test.each([
    ["a task without a null label", twoSteps, NO_NONE, "the task has no null label to compare with"],
    ["no trace", undefined, RUN, "no greedy trace was captured"],
    ["no step", trace([]), RUN, "no label step was read"],
    [
      "a label and the null label both impossible",
      trace([step(1, {scores: [null, 3, null]})]),
      RUN,
      "a label and the null label both have probability 0",
    ],
  ])("has a reason and no number for %s", (_what, captured, run, reason) => {
    expect(reasonOf(estimate(compareToNone, {trace: captured}, run))).toBe(reason);
  });
});

describe("hard", () => {
  test("is 1 − 1e-8 for what was emitted and 1e-8 for the rest", () => {
    expect(valuesOf(estimate(hard, {trace: trace([at([0.1, 0.8, 0.1], FEAR)], ["fear"])}))).toEqual([1e-8, 1 - 1e-8]);
  });

  test("counts the labels of a malformed answer, and remarks it", () => {
    const cut = trace([at([0.6, 0.3, 0.1]), at([0.1, 0.7, 0.2], OTHER, 2)], ["joy"], ["other-text", "not-closed"]);
    expect(estimate(hard, {trace: cut})).toEqual({values: [1 - 1e-8, 1e-8], remarks: ["malformed"]});
  });

  test("predicts the empty set for the null label and for an answer without a label step", () => {
    expect(valuesOf(estimate(hard, {trace: trace([at([0.1, 0.1, 0.8], NONE)], [])}))).toEqual([1e-8, 1e-8]);
    const forced = trace([at([0.6, 0.3, 0.1], OTHER, 1, true)], [], ["no-label-step"]);
    expect(estimate(hard, {trace: forced})).toEqual({values: [1e-8, 1e-8], remarks: ["forced", "malformed"]});
  });

  test("has a reason without a trace", () => {
    expect(reasonOf(estimate(hard, {}))).toBe("no greedy trace was captured");
  });
});

describe("max-over-generations", () => {
  test("is the largest probability of each label over the steps", () => {
    expect(close(valuesOf(estimate(maxOverGenerations, {trace: twoSteps})), [0.6, 0.7])).toBe(true);
  });

  test("counts the step of the null label, which competes and is dropped", () => {
    const steps = trace([at([0.6, 0.3, 0.1]), at([0.1, 0.4, 0.5], NONE, 2)], ["joy"], ["none-and-labels"]);
    expect(close(valuesOf(estimate(maxOverGenerations, {trace: steps})), [0.6, 0.4])).toBe(true);
  });

  test.each([
    ["a repeat", REPEAT],
    ["other text", OTHER],
  ])("ends before the step of %s, and nothing after it counts", (_what, emitted) => {
    const steps = trace(
      [at([0.5, 0.3, 0.2]), at([0.8, 0.1, 0.1], emitted, 2), at([0.02, 0.97, 0.01], FEAR, 3)],
      ["joy"],
    );
    expect(close(valuesOf(estimate(maxOverGenerations, {trace: steps})), [0.5, 0.3])).toBe(true);
  });

  test("takes the first step where that one already emits other text, or was forced", () => {
    const other = trace([at([0.5, 0.3, 0.2], OTHER), at([0.1, 0.8, 0.1], FEAR, 2)], ["fear"], ["other-text"]);
    expect(close(valuesOf(estimate(maxOverGenerations, {trace: other})), [0.5, 0.3])).toBe(true);
    const forced = trace([at([0.6, 0.3, 0.1], {text: "", kind: "other"}, 1, true)], [], ["no-label-step"]);
    expect(close(valuesOf(estimate(maxOverGenerations, {trace: forced})), [0.6, 0.3])).toBe(true);
  });

  test("reads the steps by their number, in whatever order they are stored", () => {
    const steps = [at([0.5, 0.3, 0.2]), at([0.8, 0.1, 0.1], REPEAT, 2)].reverse();
    expect(close(valuesOf(estimate(maxOverGenerations, {trace: trace(steps)})), [0.5, 0.3])).toBe(true);
  });

  test.each([
    ["no trace", undefined, "no greedy trace was captured"],
    ["no step", trace([]), "no label step was read"],
    ["no score", trace([step(1, {scores: [null, null, null]})]), "every label has probability 0 at the label step"],
  ])("has a reason and no number for %s", (_what, captured, reason) => {
    expect(reasonOf(estimate(maxOverGenerations, {trace: captured}))).toBe(reason);
  });
});

describe("constant", () => {
  test("is 0.1 for every label, records or not", () => {
    expect(estimate(constant, {})).toEqual({values: [0.1, 0.1]});
  });
});

describe("truth", () => {
  test("is the corpus's own inclusion probabilities, in the order of the labels", () => {
    const document = {annotations: [[]], truth: {marginal: {fear: 0, joy: 0.7}}};
    expect(estimate(truth, {document})).toEqual({values: [0.7, 0]});
  });

  test("has a reason where there is none, or where a label is missing", () => {
    expect(reasonOf(estimate(truth, {}))).toBe("the document carries no truth");
    const document = {annotations: [[]], truth: {marginal: {joy: 0.7}}};
    expect(reasonOf(estimate(truth, {document}))).toBe("the document's truth lacks a label");
  });

  test("does not take a label's name for a property that every object has", () => {
    const document = {annotations: [[]], truth: {marginal: {joy: 0.7}}};
    const run = {labels: ["joy", "toString"], noneLabel: null};
    expect(reasonOf(estimate(truth, {document}, run))).toBe("the document's truth lacks a label");
  });
});

describe("marginal", () => {
  test("is the midpoint of the tree's interval, with the interval", () => {
    const tree = {
      labels: [
        {lower: 0.25, upper: 0.75},
        {lower: 0, upper: 0},
      ],
    };
    expect(estimate(marginal, {tree})).toEqual({values: [0.5, 0], lower: [0.25, 0], upper: [0.75, 0]});
  });

  test("puts rounding back into [0, 1] and the bounds in their order", () => {
    const tree = {
      labels: [
        {lower: 1 + 5e-7, upper: 1 + 5e-7},
        {lower: 0.5 + 1e-15, upper: 0.5},
      ],
    };
    const found = estimate(marginal, {tree});
    expect(found).toEqual({values: [1, 0.5 + 1e-15], lower: [1, 0.5 + 1e-15], upper: [1, 0.5 + 1e-15]});
  });

  test("has a reason without a tree, and where the tree found no answer", () => {
    expect(reasonOf(estimate(marginal, {}))).toBe("no label tree was captured");
    expect(reasonOf(estimate(marginal, {tree: {}}))).toBe("the label tree holds no closed, well-formed answer");
  });

  test("refuses a tree of another label set", () => {
    expect(() => estimate(marginal, {tree: {labels: [{lower: 0, upper: 1}]}})).toThrow(RangeError);
  });
});
