import {describe, expect, test} from "vitest";
import {checkComparable} from "../../src/compare/check-runs.ts";
import {compare} from "../../src/compare/compare.ts";
import type {ComparedRun} from "../../src/compare/compared-run.ts";
import {COMPARE_DEFAULTS} from "../../src/compare/settings.ts";
import {codeOf} from "../support/code-of.ts";
import {aRun, said} from "./runs.ts";

const document = said("a", {p: [0.2, 0.6, 0.2], answer: ["joy"]});
const one = aRun("one", [document]);
const other = aRun("other", [document]);
const {task} = one.manifest;
const refusal = (...runs: ComparedRun[]) => codeOf(() => checkComparable(runs));

describe("checkComparable", () => {
  test("takes runs of the same task, labels and documents", () => {
    expect(() => checkComparable([one, other])).not.toThrow();
  });

  test("refuses what does not belong in one table, each by its name", async () => {
    expect(await refusal()).toBe("no-runs");
    expect(await refusal(one, aRun("b", [document], {manifest: {task: {...task, id: "another"}}}))).toBe(
      "different-tasks",
    );
    expect(await refusal(one, aRun("b", [document], {manifest: {labels: ["joy", "fear", "none"]}}))).toBe(
      "different-labels",
    );
    expect(await refusal(one, aRun("b", [document], {manifest: {noneLabel: null}}))).toBe("different-labels");
    expect(await refusal(one, aRun("b", [document], {manifest: {task: {...task, gold: "labels"}}}))).toBe(
      "different-gold",
    );
    expect(await refusal(one, aRun("b", [document], {identity: {labelScoring: "exact"}}))).toBe("mixed-label-scoring");
    expect(await refusal(one, aRun("b", []))).toBe("no-test-documents");
    expect(await refusal(one, aRun("b", [said("z", {p: [0.2, 0.6, 0.2]})]))).toBe("no-common-documents");
  });

  test("refuses the same id with another text or other annotations", async () => {
    const text = said("a", {p: [0.2, 0.6, 0.2], text: "another text"});
    const annotations = said("a", {p: [0.2, 0.6, 0.2], annotations: [["fear"]]});
    expect(await refusal(one, aRun("b", [text]))).toBe("different-documents");
    expect(await refusal(one, aRun("b", [annotations]))).toBe("different-documents");
  });

  test("a refusal lists which runs have what, and says what to do", () => {
    const exact = aRun("b", [document], {identity: {labelScoring: "exact"}});
    expect(() => checkComparable([one, other, exact])).toThrow(
      expect.objectContaining({
        details: ["first-token: one, other", "exact: b"],
        next: expect.arrayContaining([expect.stringContaining("--label-scoring exact")]),
      }),
    );
  });
});

describe("compare refuses", () => {
  const call = (runs: readonly ComparedRun[], estimators: readonly string[]) =>
    codeOf(() => compare({runs, labelscope: "0"}, {...COMPARE_DEFAULTS, resamples: 10, estimators}));

  test("an estimator that none of the runs has the records of", async () => {
    expect(await call([one], ["first-step+platt"])).toBe("no-calibration");
    expect(await call([one], ["temperature"])).toBe("no-calibration");
    expect(await call([one], ["marginal"])).toBe("no-estimate");
    expect(await call([one], ["sft-hard"])).toBe("no-estimate");
    expect(await call([one], ["hard", "frist-step"])).toBe("unknown-estimator");
  });

  test("two columns of one name, and a metric that is not known", async () => {
    expect(await call([one, one], ["hard"])).toBe("repeated-name");
    expect(await codeOf(() => compare({runs: [one], labelscope: "0"}, {...COMPARE_DEFAULTS, metrics: ["l3"]}))).toBe(
      "unknown-metric",
    );
  });
});
