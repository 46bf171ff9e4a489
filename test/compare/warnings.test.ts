import {describe, expect, test} from "vitest";
import {type ComparedTask, taskOfRuns} from "../../src/compare/compared-task.ts";
import {systemsOf} from "../../src/compare/rows.ts";
import {warningsOfComparison, warningsOfRun} from "../../src/compare/warnings.ts";
import type {LabelStep, Trace} from "../../src/records/trace.ts";
import {aBinary, aTree, aUnary} from "../store/records.ts";
import {aRun, said} from "./runs.ts";

/** Forty documents with two answers: nothing to warn of. */
const documents = Array.from({length: 40}, (_, index) =>
  said(`d${index}`, {p: [0.2, 0.6, 0.2], answer: index % 2 === 0 ? ["joy"] : ["fear"]}),
);
type About = Parameters<typeof aRun>[2];
type Documents = Parameters<typeof aRun>[1];

function codesOf(changed: Documents, about?: About): string[] {
  const run = aRun("one", changed, about);
  return warningsOfRun(run, taskOfRuns([run])).map(({code}) => code);
}

/** The same documents with something else in their records. */
const withStep = (changes: Partial<LabelStep>) =>
  documents.map(one => {
    const steps = one.trace?.steps.map(step => ({...step, ...changes})) ?? [];
    return {...one, ...(one.trace === undefined ? {} : {trace: {...one.trace, steps}})};
  });
const withAnswer = (answer: Partial<Trace["answer"]>) =>
  documents.map(one =>
    one.trace === undefined ? one : {...one, trace: {...one.trace, answer: {...one.trace.answer, ...answer}}},
  );

describe("warningsOfRun", () => {
  test("says nothing of a run without anything to warn of", () => {
    expect(codesOf(documents)).toEqual([]);
  });

  test("knows a model that always answers the same, and one whose answers are malformed", () => {
    expect(codesOf(withAnswer({labels: ["joy"]}))).toEqual(["same-answer"]);
    expect(codesOf(withAnswer({wellFormed: false, problems: ["not-closed"]}))).toEqual(["malformed-answers"]);
  });

  test("knows a label distribution that the model was not about to use", () => {
    expect(codesOf(withStep({argmaxIsLabel: false}))).toEqual(["argmax-is-no-label"]);
    expect(codesOf(withStep({labelMass: 0.49}))).toEqual(["label-mass"]);
    expect(codesOf(withStep({labelMass: 0.5}))).toEqual([]);
  });

  test("knows a small mass of well-formed answers, and of the answers asked for", () => {
    const small = {lower: 0.1, upper: 0.2};
    expect(codesOf(documents.map(one => ({...one, tree: {...aTree("d"), wellFormedMass: small}})))).toEqual([
      "well-formed-mass",
    ]);
    // Means of (.25 + .5) and .75 are no reason; .1 + .1 is.
    expect(codesOf(documents.map(one => ({...one, unary: aUnary("d"), binary: aBinary("d")})))).toEqual([]);
    const rare = {...aUnary("d"), labels: [{reasonable: 0.1, unreasonable: 0.1}]};
    expect(codesOf(documents.map(one => ({...one, unary: rare})))).toEqual(["answer-mass"]);
  });

  test("knows a run that holds fewer documents than its last call was to capture, whatever it still lacks", () => {
    expect(codesOf(documents, {manifest: {planned: {test: 40, train: 9}}})).toEqual([]);
    expect(codesOf(documents, {manifest: {planned: {test: 12}}})).toEqual([]);
    const run = aRun("one", documents, {manifest: {planned: {test: 300, calibration: 7}}});
    expect(warningsOfRun(run, taskOfRuns([run]))).toEqual([
      {
        code: "interrupted",
        run: "one",
        text: "interrupted: 40 of 300 test documents are there and 0 of 7 calibration documents are there; the same labelscope run command continues",
      },
    ]);
  });

  test("knows leaks, collisions of first tokens, shards and captures that were not finished", () => {
    expect(codesOf(documents, {prompt: {leaks: 1}})).toEqual(["demonstrations-leak"]);
    const base = aRun("one", documents).manifest.labelTokens;
    const labelTokens = {
      ...base,
      collisions: [{labels: ["fear", "joy"] as [string, string], kind: "first-token" as const}],
    };
    expect(codesOf(documents, {manifest: {labelTokens}})).toEqual(["labels-collide"]);
    const exact = {...aRun("one", documents).manifest.identity, labelScoring: "exact" as const};
    expect(codesOf(documents, {manifest: {labelTokens, identity: exact}})).toEqual([]);
    expect(codesOf(documents, {identity: {shard: {index: 1, count: 4}}})).toEqual(["shard"]);
    expect(codesOf(documents.map((one, index) => (index === 0 ? {...one, tree: aTree("d")} : one)))).toEqual([
      "incomplete",
    ]);
  });

  test("forced answers are said, and estimators that read the answer have none there", () => {
    const run = aRun("one", withAnswer({labels: ["joy"]}), {identity: {forceAnswers: "gold"}});
    const task = taskOfRuns([run]);
    expect(warningsOfRun(run, task).map(({code}) => code)).toEqual(["forced-answers"]);
    const names = systemsOf([run], task, undefined).flatMap(({rows}) => rows.map(({name}) => name));
    expect(names).toEqual(["compare-to-none", "first-step", "first-step+bc", "constant"]);
  });
});

describe("warningsOfComparison", () => {
  const codes = (about: About, task?: ComparedTask, others: Documents = documents) => {
    const runs = [aRun("one", documents), aRun("two", others, about)];
    return warningsOfComparison(runs, task ?? taskOfRuns(runs)).map(({code}) => code);
  };
  const hash = "1".repeat(64);

  test("says nothing of runs that were made alike", () => {
    expect(codes({})).toEqual([]);
  });

  test("says what differs in words, never in hashes", () => {
    const texts = (about: About) => {
      const runs = [aRun("one", documents, {identity: {shots: 10}}), aRun("two", documents, about)];
      return warningsOfComparison(runs, taskOfRuns(runs)).map(({text}) => text);
    };
    const why = "a difference between models is then also one between prompts; every table below is concerned";
    expect(texts({prompt: {hash}, identity: {shots: 3}})).toEqual([
      `the runs differ in their prompts (10 shots against 3 shots): ${why}`,
    ]);
    expect(texts({prompt: {hash}, identity: {shots: 10}})).toEqual([
      `the runs differ in their prompts (the text around the documents): ${why}`,
    ]);
    const forceAnswers = "task-two-1a2b3c4d@0123abcd";
    expect(texts({identity: {shots: 10, forceAnswers, task: "task"}})[0]).toContain("answers of two");
  });

  test("knows other prompts, decoding, engines, caches, documents, and few of them", () => {
    expect(codes({prompt: {hash}})).toEqual(["different-prompts"]);
    expect(codes({identity: {decode: "constrained"}})).toEqual(["different-decoding"]);
    expect(codes({identity: {forceAnswers: "gold"}})).toEqual(["different-decoding"]);
    expect(codes({manifest: {engine: {engine: "scripted", cpu: "two"}}})).toEqual(["different-engines"]);
    expect(codes({manifest: {cacheType: "f32"}})).toEqual(["different-cache"]);
    expect(codes({}, undefined, documents.slice(0, 35))).toEqual(["documents-differ"]);
    expect(codes({}, undefined, documents.slice(0, 5))).toEqual(["documents-differ", "few-documents"]);
  });
});

describe("warnings of chats", () => {
  const codes = (...runs: ReturnType<typeof aRun>[]) =>
    warningsOfComparison(runs, taskOfRuns(runs)).map(({code}) => code);

  test("raw against chat is warned of, chat against chat is not", () => {
    const [raw, other] = [aRun("raw", documents), aRun("other", documents)];
    const templated = {...other, manifest: {...other.manifest, prompt: {...other.manifest.prompt, templated: true}}};
    expect(codes(raw, templated)).toContain("raw-against-chat");
    expect(codes(templated, {...templated, name: "third"})).not.toContain("raw-against-chat");
    expect(codes(raw, other)).not.toContain("raw-against-chat");
  });
});
