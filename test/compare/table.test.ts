import {describe, expect, test} from "vitest";
import {compare} from "../../src/compare/compare.ts";
import {COMPARE_DEFAULTS} from "../../src/compare/settings.ts";
import {comparisonText} from "../../src/compare/text.ts";
import {aRun, said} from "./runs.ts";

/** Twenty documents on which the answer is always right and the distribution always a little off. */
const documents = Array.from({length: 20}, (_, index) =>
  said(`d${index}`, {
    p: index % 2 === 0 ? [0.1, 0.8, 0.1] : [0.7, 0.2, 0.1],
    answer: index % 2 === 0 ? ["joy"] : ["fear"],
    annotations: index % 2 === 0 ? [["joy"], ["joy"]] : [["fear"], ["fear"]],
  }),
);
const {results} = compare(
  {runs: [aRun("one", documents)], labelscope: "0"},
  {...COMPARE_DEFAULTS, resamples: 200, estimators: ["hard", "first-step", "max-over-generations"]},
);
const column = (metric: string) =>
  Object.fromEntries(Object.entries(results.estimates.one ?? {}).map(([name, row]) => [name, row.metrics[metric]]));

describe("the marks of a table", () => {
  test("the best of a column is marked, and what is worse on every document is not", () => {
    const l1 = column("l1");
    expect(l1.hard).toMatchObject({best: true, notWorse: true});
    expect(l1["first-step"]).toMatchObject({notWorse: false});
    // Four rows, three rivals of the best a column: twelve tests less those that tie with the best.
    expect(l1["first-step"]?.pHolm).toBeLessThan(0.05);
    expect(l1.hard).not.toHaveProperty("pHolm");
  });

  test("rows with the best value are all best", () => {
    const f1 = column("example-f1");
    expect(f1.hard).toMatchObject({value: 1, best: true});
    expect(f1["first-step"]).toMatchObject({value: 1, best: true});
    expect(f1.constant).toMatchObject({value: 0, notWorse: false});
  });

  test("a corrected p is never below the one of a single test, 1/10001 for sign flips of twenty documents", () => {
    for (const metric of ["nll", "l1", "example-f1"]) {
      for (const row of Object.values(column(metric)))
        if (row?.pHolm !== undefined) expect(row.pHolm).toBeGreaterThan(1e-4);
    }
  });
});

describe("comparisonText", () => {
  const text = comparisonText(results);
  const line = (start: string) => text.split("\n").find(one => one.startsWith(start)) ?? "";

  test("says the task, the documents and who annotated", () => {
    expect(text).toMatch(/^A tiny task \(tiny\): 20 documents, annotators, label scoring first-token\n/);
  });

  test("has the paper's columns first, with the direction that is better", () => {
    expect(line("estimator")).toMatch(/^estimator +NLL ↓ +L1 ↓ +Example-F1 ↑$/);
  });

  test("shows values with intervals and marks, and the constant always", () => {
    // Two labels, one each of Ĥ 0 and 1: |.1 − 1| + |.1 − 0|.
    expect(line("constant")).toMatch(/^constant +2\.41 \[2\.41, 2\.41\] +1\.00 \[1\.00, 1\.00\] +0\.000/);
    expect(line("hard")).toMatch(/●/);
    // .1 + .2 and .3 + .2 on alternating documents.
    expect(line("first-step")).toMatch(/ 0\.40 \[0\.3\d, 0\.4\d\] /);
  });

  test("has a ceiling block on the held-out half, and what the capture cost", () => {
    expect(text).toMatch(/\nheld-out half:\n {2}split-half +/);
    expect(text).toContain("cost a document: greedy 1.0 label steps");
    expect(text).toContain("answers: 0 of 20 malformed, none dropped");
  });
});

describe("models side by side", () => {
  const worse = documents.map((one, index) => {
    const {document} = one;
    const {annotations = []} = document;
    return said(document.id, {p: index % 2 === 0 ? [0.5, 0.4, 0.1] : [0.3, 0.6, 0.1], annotations});
  });
  const two = compare(
    {runs: [aRun("one", documents), aRun("two", worse)], labelscope: "0"},
    {...COMPARE_DEFAULTS, resamples: 200, estimators: ["first-step"]},
  ).results;

  test("a difference on the same documents has its interval, its p and an effect size, and the test is named", () => {
    const pair = two.pairs.find(({metric, estimator}) => metric === "l1" && estimator === "first-step");
    // Means of .3 and .5, and of 1.1 and 1.3, on alternating documents.
    expect(pair?.difference.value).toBeCloseTo(-0.8, 12);
    expect(pair).toMatchObject({left: "one", right: "two", test: "paired permutation"});
    expect(pair?.difference.lower).toBeLessThanOrEqual(-0.8 + 1e-9);
    expect(pair?.p).toBeLessThan(0.001);
    expect(pair?.pHolm).toBeGreaterThanOrEqual(pair?.p ?? 1);
  });

  test("a pooled metric is tested by the paired bootstrap", () => {
    expect(two.pairs.find(({metric}) => metric === "average-precision")).toMatchObject({test: "paired bootstrap"});
  });

  test("stand in the terminal with their differences", () => {
    const text = comparisonText(two);
    expect(text).toContain("Side by side, on the same documents\n  [1] one\n  [2] two\n");
    expect(text).toContain("\none − two\ndifference");
  });
});
