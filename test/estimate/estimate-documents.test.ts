import {describe, expect, test} from "vitest";
import {constant} from "../../src/estimate/constant.ts";
import {estimateDocuments} from "../../src/estimate/estimate-documents.ts";
import {countReasons, type DirectEstimator, type Estimate, withoutNone} from "../../src/estimate/estimator.ts";
import {firstStep} from "../../src/estimate/first-step.ts";
import {labelDistribution} from "../../src/estimate/label-distribution.ts";
import {captureAll, LABELS, prepare as prepareCapture} from "../support/capture.ts";
import {calibrated, close, RUN, records, scoresFor, step, trace} from "./support.ts";

const saying = (estimate: Estimate): DirectEstimator => ({...constant, name: "broken", estimate: () => estimate});

describe("estimateDocuments", () => {
  const forced = trace([step(1, {scores: scoresFor([0.6, 0.3, 0.1]), forced: true})], [], ["no-label-step"]);
  const documents = [
    calibrated("a", [0.6, 0.3, 0.1], [["joy"]], "test"),
    records({id: "b"}),
    records({id: "c", trace: forced}),
    records({id: "d"}),
    records({id: "e", trace: trace([])}),
  ];

  test("keeps every document, and counts what is missing and what is remarked", () => {
    const found = estimateDocuments(firstStep, RUN, {calibration: [], documents});
    expect(found.documents.map(({id, estimate}) => [id, "reason" in estimate])).toEqual([
      ["a", false],
      ["b", true],
      ["c", false],
      ["d", true],
      ["e", true],
    ]);
    expect(found).toMatchObject({
      estimator: "first-step",
      labels: ["joy", "fear"],
      learned: [],
      estimated: 2,
      missing: [
        {reason: "no greedy trace was captured", count: 2},
        {reason: "no label step was read", count: 1},
      ],
      remarks: [
        {reason: "read after appending the canonical opening: the answer held no label step", count: 1},
        {reason: "the answer is not well-formed", count: 1},
      ],
    });
  });

  test.each<[string, Estimate]>([
    ["too few numbers", {values: [0.5]}],
    ["NaN", {values: [0.5, Number.NaN]}],
    ["a number above 1", {values: [0.5, 1.1]}],
    ["a number below 0", {values: [-0.1, 0.5]}],
    ["a value below its bounds", {values: [0.1, 0.5], lower: [0.2, 0.5], upper: [0.3, 0.5]}],
    ["a value above its bounds", {values: [0.4, 0.5], lower: [0.2, 0.5], upper: [0.3, 0.5]}],
    ["a bound that is no probability", {values: [0.4, 0.5], upper: [0.5, 1.5]}],
    ["a bound below 0", {values: [0.4, 0.5], lower: [-0.1, 0.5], upper: [0.5, 0.5]}],
  ])("refuses an estimator that gives %s", (_what, estimate) => {
    const run = () => estimateDocuments(saying(estimate), RUN, {calibration: [], documents: [records()]});
    expect(run).toThrow(RangeError);
  });
});

describe("arrays over labels", () => {
  test("of another length than the run's labels are refused", () => {
    expect(() => withoutNone(RUN, [0.5, 0.5])).toThrow(RangeError);
  });
});

describe("countReasons", () => {
  test("puts the most frequent first, and equals in the order of their names", () => {
    expect(countReasons(["b", "c", "a", "c"])).toEqual([
      {reason: "c", count: 2},
      {reason: "a", count: 1},
      {reason: "b", count: 1},
    ]);
  });
});

describe("the label distribution of a captured trace", () => {
  test("recomputed from its scores is the one that it stores", async () => {
    const captures = await captureAll(prepareCapture({documents: ["a", "b", "c"]}));
    const steps = captures.flatMap(capture => capture.steps);
    expect(steps.length).toBeGreaterThanOrEqual(3);
    const agree = steps.map(one => close(labelDistribution(one) ?? [], one.probabilities, 1e-12));
    expect(agree).toEqual(steps.map(() => true));
    expect(steps.map(one => one.probabilities.length)).toEqual(steps.map(() => LABELS.length + 1));
  });

  test("does not exist where every score is minus infinity", () => {
    expect(labelDistribution({scores: [null, null]})).toBeUndefined();
  });
});
