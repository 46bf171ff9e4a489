import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {compare} from "../../src/compare/compare.ts";
import type {ComparedRun} from "../../src/compare/compared-run.ts";
import {curvesOf} from "../../src/compare/curves.ts";
import {COMPARE_DEFAULTS, type CompareSettings} from "../../src/compare/settings.ts";
import {inputOfRow, targetsOf} from "../../src/compare/system.ts";
import {createRng} from "../../src/math/rng.ts";
import {resultsSchema} from "../../src/records/results/results.ts";
import {anyDocuments, aRun, said} from "./runs.ts";

const settings: CompareSettings = {...COMPARE_DEFAULTS, resamples: 40};
const resultsOf = (runs: readonly ComparedRun[], changes: Partial<CompareSettings> = {}) =>
  compare({runs, labelscope: "0.0.0"}, {...settings, ...changes}).results;

/** Ĥ is fear 0, joy 1 on a; fear ½, joy 0 on b, so that the gold sets are {joy} and {fear}. */
const PAPER = [
  said("a", {p: [0.2, 0.6, 0.2], answer: ["joy"], annotations: [["joy"], ["joy"]]}),
  said("b", {p: [0.5, 0.1, 0.4], answer: [], annotations: [["fear"], []]}),
];

test("curves that take scores from the tables are those that score anew: the resamples are the same", () => {
  const documents = (k: number) =>
    Array.from({length: 14}, (_, i) => {
      const fear = (1 + ((i * 7 + k) % 5)) / 10;
      return said(`d${String(i).padStart(2, "0")}`, {
        p: [fear, 0.3, 0.7 - fear],
        annotations: i % 3 === 0 ? [["fear"]] : [["joy"], i % 2 === 0 ? ["fear"] : ["joy"]],
      });
    });
  const comparison = compare(
    {runs: [aRun("one", documents(0)), aRun("two", documents(1))], labelscope: "0.0.0"},
    settings,
  );
  const {task, systems, runs, results} = comparison;
  const estimates = Object.fromEntries(
    systems.map(({name, rows}) => [
      name,
      Object.fromEntries(rows.map(row => [row.name, {input: inputOfRow(task, targetsOf(task), row)}])),
    ]),
  );
  const anew = curvesOf(runs, {...settings, rng: createRng(`${settings.seed}/documents`), estimates});
  expect(Object.values(results.curves).flatMap(variants => Object.values(variants).flatMap(Object.keys))).toContain(
    "averagePrecision.first-step",
  );
  expect(results.curves).toEqual(anew);
});

describe("compare on two documents, on paper", () => {
  const {estimates, runs} = resultsOf([aRun("one", PAPER)]);
  const metric = (estimator: string, name: string) => estimates.one?.[estimator]?.metrics[name];

  test("L1 is the mean of .2 + .4 and 0 + .1 for first-step, of 1 and ½ for the constant", () => {
    expect(metric("first-step", "l1")?.value).toBeCloseTo(0.35, 12);
    expect(metric("constant", "l1")?.value).toBeCloseTo((0.1 + 0.9 + (0.4 + 0.1)) / 2, 12);
    expect(metric("hard", "l1")?.value).toBeCloseTo((0 + 0.5) / 2, 6);
  });

  test("NLL is the cross-entropy to the human distribution, in nats", () => {
    const nats = -Math.log(0.8) - Math.log(0.6) - Math.log(0.5) - Math.log(0.9);
    expect(metric("first-step", "nll")?.value).toBeCloseTo(nats / 2, 12);
  });

  test("example-F1 is 1 where the answer is the gold set and 0 where it is empty and the gold set is not", () => {
    expect(metric("hard", "example-f1")?.value).toBe(0.5);
  });

  test("the smallest L1 is marked as best, and two documents cannot show that anything is worse", () => {
    expect(metric("hard", "l1")).toMatchObject({best: true, notWorse: true});
    expect(metric("constant", "l1")).toMatchObject({notWorse: true});
    expect(metric("constant", "l1")).not.toHaveProperty("best");
  });

  test("an interval of two documents is not given, and the note says why", () => {
    expect(metric("hard", "l1")).toMatchObject({n: 2, note: expect.stringContaining("at least 10")});
    expect(metric("hard", "l1")).not.toHaveProperty("lower");
  });

  test("without truth, trees or a calibration split those rows are not there; the constant always is", () => {
    expect(Object.keys(estimates.one ?? {})).toEqual([
      "compare-to-none",
      "hard",
      "max-over-generations",
      "first-step",
      "first-step+bc",
      "constant",
    ]);
  });

  test("greedy label steps are counted as what the estimators cost", () => {
    expect(runs[0]?.cost).toEqual({greedy: {documents: 2, labelSteps: 2, tokens: 4}});
  });
});

describe("compare", () => {
  test("a run compared with itself differs by 0 with p = 1 in every metric of every estimator", () => {
    fc.assert(
      fc.property(anyDocuments, documents => {
        const {pairs} = resultsOf([aRun("one", documents), aRun("other", documents)]);
        expect(pairs.length).toBeGreaterThan(0);
        for (const {difference, p, pHolm} of pairs) {
          if (difference.value === undefined) expect(difference.reason).toBeDefined();
          else expect({value: difference.value, p, pHolm}).toEqual({value: 0, p: 1, pHolm: 1});
        }
      }),
      {numRuns: 8},
    );
  });

  test("neither the order of the documents nor that of other runs changes a number", () => {
    fc.assert(
      fc.property(
        anyDocuments.chain(documents =>
          fc.record({
            documents: fc.constant(documents),
            mixed: fc.shuffledSubarray([...documents], {minLength: documents.length}),
          }),
        ),
        ({documents, mixed}) => {
          const before = resultsOf([aRun("one", documents), aRun("two", documents)]);
          const after = resultsOf([aRun("two", mixed), aRun("one", mixed)]);
          expect(after.estimates.one).toEqual(before.estimates.one);
          expect(after.ceiling).toEqual(before.ceiling);
        },
      ),
      {numRuns: 5},
    );
  });

  test("whatever was captured, the results are what results.json promises", () => {
    fc.assert(
      fc.property(anyDocuments, documents => {
        const results = resultsOf([aRun("one", documents), aRun("two", documents.slice(0, 1))]);
        expect(resultsSchema.parse(JSON.parse(JSON.stringify(results)))).toEqual(results);
      }),
      {numRuns: 5},
    );
  });

  test("runs with different documents are held to those that both have, and the others are counted", () => {
    const {task, runs, warnings} = resultsOf([aRun("one", PAPER), aRun("two", PAPER.slice(1))]);
    expect(task.documents).toBe(1);
    expect(runs[0]?.documents).toMatchObject({
      test: 2,
      compared: 1,
      dropped: [{reason: "not in all that is compared", count: 1}],
    });
    expect(runs[1]?.documents).toMatchObject({test: 1, compared: 1, dropped: []});
    expect(warnings.map(({code}) => code)).toContain("documents-differ");
  });

  test("malformed answers are counted by problem, none of them dropped", () => {
    const malformed = said("c", {p: [0.2, 0.6, 0.2], answer: ["joy"], problems: ["repeat", "not-closed"]});
    const {runs, estimates} = resultsOf([aRun("one", [...PAPER, malformed])]);
    expect(runs[0]?.documents).toMatchObject({traced: 3, wellFormed: 2});
    expect(runs[0]?.documents.problems).toEqual([
      {problem: "repeat", count: 1},
      {problem: "not-closed", count: 1},
    ]);
    expect(estimates.one?.hard).toMatchObject({estimated: 3, remarks: [{count: 1}]});
  });

  test("bias and error against the truth are sums over labels: .1 − .2 and .1 + .2 on one document", () => {
    const document = said("a", {p: [0.2, 0.6, 0.2], truth: {fear: 0.1, joy: 0.8}});
    const {estimates} = resultsOf([aRun("one", [document])]);
    const truth = estimates.one?.["first-step"]?.againstTruth;
    expect(truth?.bias.value).toBeCloseTo(-0.1, 12);
    expect(truth?.error.value).toBeCloseTo(0.3, 12);
    expect(truth?.labels.joy?.value).toBeCloseTo(-0.2, 12);
    expect(estimates.one?.truth?.metrics.l1?.value).toBeCloseTo(0.1 + 0.3, 12);
    expect(estimates.one?.truth).not.toHaveProperty("againstTruth");
  });

  test("the truth row neither wins nor loses", () => {
    const document = said("a", {p: [0.2, 0.6, 0.2], annotations: [["joy"], ["joy"]], truth: {fear: 0, joy: 1}});
    const row = resultsOf([aRun("one", [document])]).estimates.one?.truth?.metrics.l1;
    expect(row).toMatchObject({value: 0});
    expect(row).not.toHaveProperty("best");
    expect(row).not.toHaveProperty("notWorse");
  });

  test("bounds of marginal have their mean width", () => {
    const document = said("a", {
      p: [0.2, 0.6, 0.2],
      tree: [
        [0.1, 0.2],
        [0.5, 0.8],
      ],
    });
    const row = resultsOf([aRun("one", [document])]).estimates.one?.marginal;
    expect(row?.meanWidth?.value).toBeCloseTo(0.2, 12);
  });

  test("an estimator that only one of the runs can give stands in both, with the reason", () => {
    const tree = [
      [0.1, 0.2],
      [0.5, 0.8],
    ] as const;
    const {estimates} = resultsOf([
      aRun("one", [said("a", {p: [0.2, 0.6, 0.2], tree})]),
      aRun("two", [said("a", {p: [0.2, 0.6, 0.2]})]),
    ]);
    expect(estimates.one?.marginal).toMatchObject({estimated: 1});
    expect(estimates.two?.marginal).toMatchObject({
      estimated: 0,
      missing: [{reason: "no label tree was captured", count: 1}],
      metrics: {nll: {reason: expect.any(String)}},
    });
  });

  test("a base model's table ends with its finetuned variant's rows, named after the run they are from", () => {
    const base = aRun("base", PAPER, {model: {id: "m", variant: "base"}});
    const sft = aRun("sft", PAPER, {model: {id: "m-sft", variant: "sft", parent: "m"}});
    const {estimates} = resultsOf([base, sft]);
    expect(Object.keys(estimates.base ?? {}).slice(-3)).toEqual(["sft-hard", "sft-max", "constant"]);
    expect(estimates.base?.["sft-hard"]).toMatchObject({from: "sft", metrics: {l1: estimates.sft?.hard?.metrics.l1}});
    expect(estimates.sft).not.toHaveProperty("sft-hard");
  });
});

describe("the ceiling block", () => {
  const twins = [
    said("a", {p: [0.2, 0.6, 0.2], answer: ["joy"], annotations: [["joy"], ["joy"]]}),
    said("b", {p: [0.5, 0.1, 0.4], annotations: [["joy"], ["joy"]]}),
    said("c", {p: [0.5, 0.1, 0.4], annotations: [["joy"]]}),
  ];

  test("one annotator predicts another who agrees with (1 + ½)/2: L1 ¼ + ¼; every row meets the same half", () => {
    const {ceiling} = resultsOf([aRun("one", twins)]);
    expect(ceiling).toMatchObject({splits: 20, documents: 2, leftOut: [{reason: "it has one annotator", count: 1}]});
    if ("reason" in ceiling) throw new Error(ceiling.reason);
    expect(ceiling.shared["split-half"]?.metrics.l1?.value).toBeCloseTo(0.5, 12);
    // Against Ĥ (0, 1): .2 + .4 and .5 + .9.
    expect(ceiling.runs.one?.["first-step"]?.metrics.l1?.value).toBeCloseTo((0.6 + 1.4) / 2, 12);
    expect(ceiling.shared.constant?.metrics.l1?.value).toBeCloseTo(1, 12);
    expect(ceiling.runs.one?.["first-step"]?.metrics).not.toHaveProperty("average-precision");
  });

  test("is absent with its reason where the labels are aggregated, and the task says so", () => {
    const document = said("a", {p: [0.2, 0.6, 0.2], labels: ["joy"]});
    const run = aRun("one", [document]);
    const aggregated = {
      ...run,
      manifest: {...run.manifest, task: {...run.manifest.task, annotations: "aggregated" as const}},
    };
    const {ceiling, task, warnings} = resultsOf([aggregated]);
    expect(ceiling).toMatchObject({reason: expect.stringContaining("aggregated")});
    expect(task.annotations).toBe("aggregated");
    expect(warnings.map(({code}) => code)).toContain("aggregated");
  });
});

describe("what an estimate is worth if it may keep silent", () => {
  /** Sure and right on even documents, unsure and wrong on odd ones. */
  const some = (split: "test" | "calibration") =>
    Array.from({length: 20}, (_, i) =>
      said(`${split}${String(i).padStart(2, "0")}`, {
        split,
        p: i % 2 === 0 ? [0.02, 0.97, 0.01] : [0.3, 0.4, 0.3],
        annotations: [["joy"], ["joy"]],
      }),
    );
  const {estimates} = resultsOf([aRun("one", some("test"), {calibration: some("calibration")})]);
  const selective = estimates.one?.["first-step"]?.selective;

  test("half of the documents are kept at no error, by a threshold from the calibration split", () => {
    expect(selective?.atRisk).toMatchObject({
      threshold: 0.48,
      calibration: {documents: 20, kept: 0.5, risk: 0},
      kept: {value: 0.5, n: 20},
      risk: {value: 0, n: 10},
    });
  });

  test("the curve rises from no error to that of all documents", () => {
    expect(selective?.curve.map(({risk}) => risk.value)).toEqual(
      [0, 0, 0, 0, 0, 2 / 12, 4 / 14, 6 / 16, 8 / 18, 0.5].map(value => expect.closeTo(value, 12)),
    );
  });

  test("an estimator that never reaches the error keeps nothing, which is 0 and not missing", () => {
    expect(estimates.one?.constant?.selective?.atRisk).toMatchObject({
      calibration: {kept: 0, risk: 1},
      kept: {value: 0, note: "no interval: nothing is kept"},
      risk: {reason: "no document is kept"},
    });
  });

  test("without a calibration split there is no threshold, and the reason says so", () => {
    const {estimates: bare} = resultsOf([aRun("one", some("test"))]);
    expect(bare.one?.["first-step"]?.selective?.atRisk).toMatchObject({reason: expect.stringContaining("calibration")});
  });
});
