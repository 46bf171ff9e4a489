import {readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {estimateDocuments} from "../../src/estimate/estimate-documents.ts";
import {estimatorList, estimatorNamed, estimators} from "../../src/estimate/index.ts";
import {platt} from "../../src/estimate/platt.ts";
import type {Pair} from "../../src/records/questions.ts";
import {codeOf} from "../support/code-of.ts";
import {anyRun, close, RUN, records, reordered, scoresFor, step, trace} from "./support.ts";

const all = [...estimatorList, ...estimatorList.flatMap(base => [platt(base), platt(base, "per-label")])];
const named = all.map(estimator => ({name: estimator.name, estimator}));

/** A document about which everything was captured. */
function everything(about: Parameters<typeof records>[0] = {}, p: readonly [number, number, number] = [0.7, 0.2, 0.1]) {
  const [joy, fear, none] = p;
  const pair = (first: number, second: number, share: number): Pair => {
    const whole = {first: 0.9 * share, second: 0.9 * (1 - share)};
    const asked = {...whole, firstToken: {first: share, second: 1 - share}};
    return {first, second, asked: [asked, asked]};
  };
  return records({
    document: {annotations: [["joy"], []], truth: {marginal: {joy: 0.4, fear: 0.1}}},
    trace: trace([step(1, {scores: scoresFor(p)})], joy > 0.5 ? ["joy"] : []),
    tree: {
      labels: [
        {lower: joy / 2, upper: joy},
        {lower: fear / 2, upper: fear},
      ],
    },
    unary: {
      labels: [
        {reasonable: joy, unreasonable: 1 - joy, firstToken: {reasonable: joy, unreasonable: 1 - joy}},
        {reasonable: fear, unreasonable: 1 - fear, firstToken: {reasonable: fear, unreasonable: 1 - fear}},
      ],
    },
    binary: {
      answers: "letters",
      pairs: [pair(0, 1, joy / (joy + fear)), pair(0, 2, joy / (joy + none)), pair(1, 2, fear / (fear + none))],
    },
    hidden: [joy, fear, none, 1],
    embedding: [joy - fear, none],
    ...about,
  });
}

const SHAPES: readonly (readonly [number, number, number])[] = [
  [0.6, 0.3, 0.1],
  [0.2, 0.5, 0.3],
  [0.1, 0.1, 0.8],
];
const ANNOTATIONS = [[["joy"], ["joy"]], [["fear"], []], [[]]];

const CALIBRATION = SHAPES.map((p, index) =>
  everything(
    {
      id: `c${index}`,
      split: "calibration",
      document: {
        annotations: ANNOTATIONS[index] ?? [],
        truth: {marginal: {joy: 0.9 / (index + 1), fear: 0.3}},
      },
    },
    p,
  ),
);

const TRAIN = Array.from({length: 15}, (_, index) =>
  everything(
    {id: `t${index}`, split: "train", document: {annotations: ANNOTATIONS[index % 3] ?? []}},
    SHAPES[index % 3],
  ),
);

describe("the registry of estimators", () => {
  test("has every estimator under its own name", () => {
    expect(Object.entries(estimators).map(([name, estimator]) => [name, estimator.name])).toEqual(
      Object.keys(estimators).map(name => [name, name]),
    );
  });

  test("finds each by its name, scaled ones too", () => {
    const found = all.map(({name}) => estimatorNamed(name));
    expect(found.map(({name, title, needs}) => ({name, title, needs}))).toEqual(
      all.map(({name, title, needs}) => ({name, title, needs})),
    );
  });

  test.each(["median", "platt", "+platt", "hard+", "hard+platt+platt", "median+platt"])("refuses %s", async name => {
    expect(await codeOf(() => estimatorNamed(name))).toBe("unknown-estimator");
  });
});

describe.each(named)("$name", ({estimator}) => {
  // A classifier is fitted for every run: five folds, seven penalties, four labels.
  const runs = {numRuns: estimator.needs.includes("train") ? 8 : 60};

  test("gives one number in [0, 1] a label within its bounds, or a reason", () => {
    const holds = fc.property(anyRun, ({run, calibration, train, documents}) => {
      const {documents: estimated, labels} = estimateDocuments(estimator, run, {calibration, train, documents});
      return estimated.every(({estimate}) => {
        if ("reason" in estimate) return estimate.reason !== "";
        const {values, lower = values, upper = values} = estimate;
        const inRange = [values, lower, upper].every(
          numbers => numbers.length === labels.length && numbers.every(value => value >= 0 && value <= 1 + 1e-12),
        );
        return inRange && values.every((value, label) => (lower[label] ?? 2) <= value && value <= (upper[label] ?? -1));
      });
    });
    expect(fc.check(holds, runs).counterexample).toBeNull();
  });

  test("reads nothing but what it declares to need", () => {
    const full = everything();
    const bare = records({
      document: {
        annotations: [["fear"]],
        ...(estimator.needs.includes("truth") ? {truth: {marginal: {joy: 0.4, fear: 0.1}}} : {}),
      },
      ...(estimator.needs.includes("greedy") ? {trace: full.trace} : {}),
      ...(estimator.needs.includes("tree") ? {tree: full.tree} : {}),
      ...(estimator.needs.includes("unary") ? {unary: full.unary} : {}),
      ...(estimator.needs.includes("binary") ? {binary: full.binary} : {}),
      ...(estimator.needs.includes("hidden") ? {hidden: full.hidden} : {}),
      ...(estimator.needs.includes("embedding") ? {embedding: full.embedding} : {}),
    });
    const {documents} = estimateDocuments(estimator, RUN, {
      calibration: estimator.needs.includes("calibration") ? CALIBRATION : [],
      train: estimator.needs.includes("train") ? TRAIN : [],
      documents: [full, bare],
    });
    expect(documents[0]?.estimate).toHaveProperty(estimator.name.startsWith("constant+") ? "reason" : "values");
    expect(documents[1]?.estimate).toEqual(documents[0]?.estimate);
  });
});

/** The paper asks each pair once, the label that stands first in the run as option a: see pairwise-paper.test.ts. */
const orderFree = named.filter(({name}) => !/^binary(-outcome)?@paper/.test(name));

describe.each(orderFree)("$name, its labels in another order", ({estimator}) => {
  const runs = {numRuns: estimator.needs.includes("train") ? 8 : 60};

  test("does not care about the order of the labels", () => {
    const holds = fc.property(anyRun, ({run, calibration, train, documents, order}) => {
      const there = reordered(run, order);
      const one = estimateDocuments(estimator, run, {calibration, train, documents});
      const other = estimateDocuments(estimator, there.run, {
        calibration: calibration.map(there.records),
        train: train.map(there.records),
        documents: documents.map(there.records),
      });
      return one.documents.every(({estimate}, index) => {
        const same = other.documents[index]?.estimate;
        if (same === undefined) return false;
        if ("reason" in estimate || "reason" in same) return JSON.stringify(estimate) === JSON.stringify(same);
        return close(there.values(estimate.values), same.values, 1e-6);
      });
    });
    expect(fc.check(holds, runs).counterexample).toBeNull();
  });
});

/** Batch calibration looks at all documents on purpose: see batch-calibration.test.ts. */
const oneByOne = named.filter(({name}) => !name.startsWith("first-step+bc"));

describe.each(oneByOne)("$name, one document at a time", ({estimator}) => {
  const runs = {numRuns: estimator.needs.includes("train") ? 8 : 60};

  test("says the same of a document whatever stands beside it", () => {
    const holds = fc.property(anyRun, ({run, calibration, train, documents}) => {
      const {documents: together} = estimateDocuments(estimator, run, {calibration, train, documents});
      const alone = documents.flatMap(
        document => estimateDocuments(estimator, run, {calibration, train, documents: [document]}).documents,
      );
      return JSON.stringify(together) === JSON.stringify(alone);
    });
    expect(fc.check(holds, {numRuns: runs.numRuns / 4}).counterexample).toBeNull();
  });
});

describe("on a document with everything", () => {
  const learning = {calibration: CALIBRATION, train: TRAIN};
  const documents = [everything()];

  test.each(named.filter(({name}) => !name.startsWith("constant+")))("$name has an estimate", ({estimator}) => {
    const {estimated, missing} = estimateDocuments(estimator, RUN, {...learning, documents});
    expect({estimated, missing}).toEqual({estimated: 1, missing: []});
  });

  test.each(named.filter(({name}) => name.startsWith("constant+")))("$name has a reason", ({estimator}) => {
    const {estimated, missing} = estimateDocuments(estimator, RUN, {...learning, documents});
    expect({estimated, missing}).toEqual({
      estimated: 0,
      missing: [{reason: "the estimate is the same throughout the calibration split", count: 1}],
    });
  });
});

describe("the page of estimators", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/estimators.md"), "utf8");

  test.each(estimatorList.map(({name, title, needs}) => ({name, title, needs})))("has a row for $name", about => {
    const row = page.split("\n").find(line => line.startsWith(`| \`${about.name}\` |`));
    expect(row).toContain(`| ${about.title} |`);
    const needs = about.needs.map(need => `\`${need}\``).join(", ");
    expect(row).toContain(`| ${needs === "" ? "–" : needs} |`);
  });

  test("has no row for an estimator that is not there", () => {
    const rows = page.split("\n").flatMap(line => /^\| `([^`]+)` \|/.exec(line)?.[1] ?? []);
    expect(rows).toEqual(Object.keys(estimators));
  });
});
