import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {estimateDocuments} from "../../src/estimate/estimate-documents.ts";
import {estimatorList, estimatorNamed, estimators, needsOf} from "../../src/estimate/index.ts";
import {platt} from "../../src/estimate/platt.ts";
import {codeOf} from "../support/code-of.ts";
import {anyRun, calibrated, close, RUN, records, reordered, scoresFor, step, trace} from "./support.ts";

const all = [...estimatorList, ...estimatorList.flatMap(base => [platt(base), platt(base, "per-label")])];
const named = all.map(estimator => ({name: estimator.name, estimator}));
const runs = {numRuns: 60};

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

  test("knows what to capture for some of them, each need once", () => {
    const chosen = ["truth", "hard+platt", "first-step", "marginal"].map(estimatorNamed);
    expect(needsOf(chosen)).toEqual(["greedy", "tree", "calibration", "truth"]);
    expect(needsOf([estimators.constant])).toEqual([]);
    expect(needsOf([estimators.hard])).toEqual(["greedy"]);
  });
});

describe.each(named)("$name", ({estimator}) => {
  test("gives one number in [0, 1] a label within its bounds, or a reason", () => {
    const holds = fc.property(anyRun, ({run, calibration, documents}) => {
      const {documents: estimated, labels} = estimateDocuments(estimator, run, {calibration, documents});
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

  test("does not care about the order of the labels", () => {
    const holds = fc.property(anyRun, ({run, calibration, documents, order}) => {
      const there = reordered(run, order);
      const one = estimateDocuments(estimator, run, {calibration, documents});
      const other = estimateDocuments(estimator, there.run, {
        calibration: calibration.map(there.records),
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

  test("says the same of a document whatever stands beside it", () => {
    const holds = fc.property(anyRun, ({run, calibration, documents}) => {
      const {documents: together} = estimateDocuments(estimator, run, {calibration, documents});
      const alone = documents.flatMap(
        document => estimateDocuments(estimator, run, {calibration, documents: [document]}).documents,
      );
      return JSON.stringify(together) === JSON.stringify(alone);
    });
    expect(fc.check(holds, {numRuns: 20}).counterexample).toBeNull();
  });

  test("reads nothing but what it declares to need", () => {
    const calibration = [calibrated("c1", [0.6, 0.3, 0.1], [["joy"]]), calibrated("c2", [0.2, 0.5, 0.3], [["fear"]])];
    const full = records({
      document: {annotations: [["joy"], []], truth: {marginal: {joy: 0.4, fear: 0.1}}},
      trace: trace([step(1, {scores: scoresFor([0.7, 0.2, 0.1])})], ["joy"]),
      tree: {
        labels: [
          {lower: 0.4, upper: 0.5},
          {lower: 0, upper: 0.1},
        ],
      },
    });
    const bare = records({
      document: {
        annotations: [["fear"]],
        ...(estimator.needs.includes("truth") ? {truth: {marginal: {joy: 0.4, fear: 0.1}}} : {}),
      },
      ...(estimator.needs.includes("greedy") ? {trace: full.trace} : {}),
      ...(estimator.needs.includes("tree") ? {tree: full.tree} : {}),
    });
    const withTrees = calibration.map(one => ({...one, tree: full.tree}));
    const used = estimator.needs.includes("calibration") ? withTrees : [];
    const {documents} = estimateDocuments(estimator, RUN, {calibration: used, documents: [full, bare]});
    expect(documents[1]?.estimate).toEqual(documents[0]?.estimate);
  });
});

describe("on a document with everything", () => {
  const calibration = [
    calibrated("c1", [0.6, 0.3, 0.1], [["joy"], ["joy"]]),
    calibrated("c2", [0.2, 0.5, 0.3], [["fear"], []]),
    calibrated("c3", [0.1, 0.1, 0.8], [[]]),
  ];
  const tree = {
    labels: [
      {lower: 0.4, upper: 0.5},
      {lower: 0, upper: 0.1},
    ],
  };
  const other = {
    labels: [
      {lower: 0.1, upper: 0.1},
      {lower: 0.8, upper: 0.9},
    ],
  };
  const learning = calibration.map((one, index) => ({
    ...one,
    document: {...one.document, truth: {marginal: {joy: 0.9 / (index + 1), fear: 0.3}}},
    tree: index === 0 ? tree : other,
    ...(one.trace === undefined ? {} : {trace: trace(one.trace.steps, index === 0 ? ["joy"] : [])}),
  }));
  const document = records({
    document: {annotations: [["joy"], []], truth: {marginal: {joy: 0.4, fear: 0.1}}},
    trace: trace([step(1, {scores: scoresFor([0.7, 0.2, 0.1])})], ["joy"]),
    tree,
  });

  test.each(named.filter(({name}) => !name.startsWith("constant+")))("$name has an estimate", ({estimator}) => {
    const {estimated, missing} = estimateDocuments(estimator, RUN, {calibration: learning, documents: [document]});
    expect({estimated, missing}).toEqual({estimated: 1, missing: []});
  });

  test.each(named.filter(({name}) => name.startsWith("constant+")))("$name has a reason", ({estimator}) => {
    const {estimated, missing} = estimateDocuments(estimator, RUN, {calibration: learning, documents: [document]});
    expect({estimated, missing}).toEqual({
      estimated: 0,
      missing: [{reason: "the estimate is the same throughout the calibration split", count: 1}],
    });
  });
});
