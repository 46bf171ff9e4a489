import {describe, expect, test} from "vitest";
import {type MetricName, metrics} from "../../src/metric/index.ts";
import {type MetricInput, metricTable} from "../../src/metric/input.ts";
import {bernoulliJsd} from "../../src/metric/jsd.ts";
import {inputOf} from "./cases.ts";

const resultOf = (name: MetricName, input: MetricInput) => metrics[name].prepare(metricTable(input)).result;
const scored = (name: MetricName, input: MetricInput) => resultOf(name, input).value;

const T = true;
const F = false;

/** Two documents, two labels: one right and sure, one wrong and half sure. */
const two = inputOf({
  q: [
    [1, 0],
    [0.5, 0.25],
  ],
  human: [
    [1, 0],
    [0, 1],
  ],
  gold: [
    [T, F],
    [F, T],
  ],
});

describe("on two documents that can be worked out on paper", () => {
  const wanted: Partial<Record<MetricName, number>> = {
    nll: (Math.log(2) + Math.log(4)) / 2,
    l1: (0 + 0.5 + 0.75) / 2,
    "example-f1": (1 + 0) / 2, // 0.5 is predicted: {first} against {second}
    "micro-f1": 2 / (2 + 2), // 1 hit, 2 predicted, 2 gold
    "macro-f1": (2 / 3 + 0) / 2,
    "subset-accuracy": 1 / 2,
    "hamming-loss": 2 / 4,
    brier: (0.25 + 0.5625) / 4,
    ece: (0.5 + 0.75) / 4, // in bins of their own
    "average-precision": (1 + 1) / 2, // both labels rank their gold document first
    "roc-auc": 1,
    "label-ranking-average-precision": (1 + 1 / 2) / 2,
    "coverage-error": (1 + 2) / 2,
  };

  test.each(Object.entries(wanted))("%s is %d", (name, value) => {
    const metric = Object.values(metrics).find(entry => entry.name === name);
    expect(metric?.prepare(metricTable(two)).result.value).toBeCloseTo(value, 6);
  });
});

describe("no gold label and no prediction", () => {
  const empty = inputOf({q: [[0.2, 0.1]], gold: [[F, F]]});

  test("is a perfect document for example-F1, subset accuracy and Hamming loss", () => {
    expect(scored("example-f1", empty)).toBe(1);
    expect(scored("subset-accuracy", empty)).toBe(1);
    expect(scored("hamming-loss", empty)).toBe(0);
  });

  test("is 0 for micro- and macro-F1, whose parts say so", () => {
    expect(scored("micro-f1", empty)).toBe(0);
    expect(resultOf("macro-f1", empty).value).toBe(0);
    expect(resultOf("macro-f1", empty).parts?.map(part => part.reason)).toEqual([
      "neither predicted nor gold, counted as 0",
      "neither predicted nor gold, counted as 0",
    ]);
  });

  test("has no place in a ranking of labels", () => {
    for (const name of ["label-ranking-average-precision", "coverage-error"] as const) {
      expect(resultOf(name, empty)).toMatchObject({value: undefined, reason: "all 1 documents: no gold label", n: 0});
    }
  });
});

describe("an empty prediction where there is gold", () => {
  const input = inputOf({
    q: [
      [0, 0.4],
      [0, 0],
    ],
    gold: [
      [T, F],
      [F, F],
    ],
  });

  test("scores 0 where it should have found something", () => {
    expect(scored("example-f1", input)).toBe(0.5);
    expect(scored("micro-f1", input)).toBe(0);
    expect(scored("hamming-loss", input)).toBe(0.25);
  });
});

test("a sure and wrong label costs NLL 18.42 and not infinity, and hard NLL is L1 times that", () => {
  const wrong = inputOf({q: [[1, 0, 0]], gold: [[F, T, F]]});
  expect(scored("nll", wrong)).toBeCloseTo(2 * Math.log(1e8), 6);
  expect((scored("nll", wrong) ?? 0) / (scored("l1", wrong) ?? 0)).toBeCloseTo(Math.log(1e8), 6);
});

describe("the threshold", () => {
  test("takes 0.5 as predicted and the number below it as not", () => {
    const at = (q: number) => scored("subset-accuracy", inputOf({q: [[q]], gold: [[T]]}));
    expect(at(0.5)).toBe(1);
    expect(at(0.5 - 2 ** -53)).toBe(0);
  });
});

describe("a label with one class only", () => {
  const input = inputOf({
    q: [
      [0.9, 0.1, 0.3],
      [0.2, 0.4, 0.3],
    ],
    gold: [
      [T, T, F],
      [F, T, F],
    ],
  });

  test.each(["average-precision", "roc-auc"] as const)("is left out of the mean %s, counted and explained", name => {
    const result = resultOf(name, input);
    expect(result.value).toBe(1);
    expect(result.leftOut).toEqual([
      {what: "label", count: 1, why: "every document has it in its gold set"},
      {what: "label", count: 1, why: "no document has it in its gold set"},
    ]);
    expect(result.parts).toEqual([
      {label: "label 0", value: 1, positives: 1},
      {label: "label 1", value: undefined, reason: "every document has it in its gold set", positives: 2},
      {label: "label 2", value: undefined, reason: "no document has it in its gold set", positives: 0},
    ]);
  });

  test.each(["average-precision", "roc-auc"] as const)("gives no %s at all where every label is so", name => {
    const one = inputOf({q: [[0.9], [0.2]], gold: [[T], [T]]});
    expect(resultOf(name, one)).toMatchObject({
      value: undefined,
      reason: "no label is in some gold sets and missing from others",
      n: 2,
    });
  });
});

describe("ties in the ranking", () => {
  test("count half in ROC AUC, and enter together in average precision", () => {
    const tied = inputOf({q: [[0.7], [0.7], [0.7], [0.1]], gold: [[T], [F], [F], [T]]});
    expect(scored("roc-auc", tied)).toBeCloseTo((0.5 + 0.5 + 0 + 0) / 4, 12);
    expect(scored("average-precision", tied)).toBeCloseTo((1 / 3 + 2 / 4) / 2, 12);
  });

  test("rank low in LRAP and coverage error: a constant estimate scores the gold share and covers everything", () => {
    const constant = inputOf({q: [[0.1, 0.1, 0.1, 0.1]], gold: [[T, F, F, F]]});
    expect(scored("label-ranking-average-precision", constant)).toBe(0.25);
    expect(scored("coverage-error", constant)).toBe(4);
  });
});

describe("Jensen–Shannon distance", () => {
  test("is 1 for certainty against its opposite and 0 for agreement", () => {
    expect(bernoulliJsd({q: 1, human: 0})).toBe(1);
    for (const share of [0, 0.3, 1]) expect(bernoulliJsd({q: share, human: share})).toBe(0);
  });

  test("keeps its digits for shares that nearly agree, where the square root magnifies rounding", () => {
    // To second order the divergence is d²/(8·ln 2·h(1−h)) bits.
    for (const gap of [1e-4, 1e-6, 1e-8]) {
      const wanted = gap / Math.sqrt(8 * Math.LN2 * 0.25);
      expect(bernoulliJsd({q: 0.5 + gap, human: 0.5}) / wanted).toBeCloseTo(1, 6);
    }
  });
});

describe("calibration error", () => {
  test("is 0 for a constant estimate at the base rate, however little that says", () => {
    const input = inputOf({q: [[0.25], [0.25], [0.25], [0.25]], gold: [[T], [F], [F], [F]]});
    expect(scored("ece-gold", input)).toBeCloseTo(0, 12);
  });

  test("lets opposite errors cancel inside a bin and not across bins", () => {
    const same = inputOf({q: [[0.5], [0.5]], gold: [[T], [F]]});
    const apart = inputOf({q: [[0.4], [0.6]], gold: [[T], [F]]});
    expect(scored("ece-gold", same)).toBeCloseTo(0, 12);
    expect(scored("ece-gold", apart)).toBeCloseTo(0.6, 12);
  });
});
