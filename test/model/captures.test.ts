import {mkdtemp, readdir, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {openLocalEngine} from "../../src/engine/local.ts";
import {answerFormats} from "../../src/prompt/format.ts";
import {buildPrompts} from "../../src/prompt/plan.ts";
import {binaryPrompts, unaryPrompts} from "../../src/prompt/questions.ts";
import {RUN_DEFAULTS, type RunOptions} from "../../src/run/options.ts";
import {run} from "../../src/run/run.ts";
import {readRun, type StoredDocument} from "../../src/store/read-run.ts";
import {loadTask} from "../../src/task/load.ts";
import {smallestModel} from "../support/models.ts";

const TASK = "posts";
const model = smallestModel();
const ALL = ["marginal", "unary", "binary", "probe"];

let folder = "";
const place = () => ({cwd: folder, env: {...process.env, LABELSCOPE_HOME: join(folder, "home")}});

async function capture(out: string, changes: Partial<RunOptions> = {}) {
  const options = {...RUN_DEFAULTS, task: TASK, models: [model], threads: 1, limit: 4, trainLimit: 6, out, ...changes};
  const [outcome] = await run(options, place(), {signal: new AbortController().signal});
  if (outcome === undefined) throw new Error("nothing was run");
  return {outcome, stored: await readRun(outcome.folder)};
}

let strict: Awaited<ReturnType<typeof capture>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "labelscope-captures-"));
  strict = await capture("strict", {estimators: ALL, strict: true});
}, 600_000);
afterAll(async () => await rm(folder, {recursive: true, force: true}));

/** ln P of every token of `text` from the place `from` on, by one evaluation of the whole string, and of its line end. */
async function wholeString(before: string, text: string): Promise<number> {
  await using engine = await openLocalEngine({home: join(folder, "home"), reader: "public"});
  await using loaded = await engine.loadModel(model);
  const start = loaded.tokenize(before).length;
  const tokens = loaded.tokenize(before + text);
  await using session = await loaded.openSession({
    sequences: 1,
    contextTokens: 2048,
    threads: 1,
    flashAttention: false,
    cacheType: "f32",
  });
  const {bosToken, pieces, endTokens} = loaded.vocabulary;
  const bos = bosToken === undefined ? [] : [bosToken];
  const at = start + bos.length - 1;
  const spec = {tokens: [], groups: [], top: 0, logits: true};
  const reads = tokens.slice(start - 1).map((_, i) => ({at: at + i, spec}));
  const [readOuts = []] = await session.extend([{sequence: 0, tokens: [...bos, ...tokens], reads}]);
  const p = (i: number, test: (token: number) => boolean) => {
    const {logits = new Float32Array(), logSumExp = Number.NaN} = readOuts[i] ?? {};
    return logits.reduce((sum, logit, token) => (test(token) ? sum + Math.exp(logit - logSumExp) : sum), 0);
  };
  const along = tokens.slice(start).reduce((product, token, i) => product * p(i, other => other === token), 1);
  return along * p(tokens.length - start, token => pieces[token]?.[0] === "\n" || endTokens.has(token));
}

/** The largest gap between the numbers that two runs hold of the same documents. */
function gap(
  one: readonly StoredDocument[],
  other: readonly StoredDocument[],
  of: (document: StoredDocument) => number[],
) {
  const numbers = new Map(other.map(document => [document.key, of(document)]));
  const gaps = one.flatMap(document =>
    of(document).map((value, i) => Math.abs(value - (numbers.get(document.key)?.[i] ?? Number.NaN))),
  );
  expect(gaps.length).toBeGreaterThan(0);
  return Math.max(...gaps);
}

const bounds = ({tree}: StoredDocument) => (tree?.labels ?? []).flatMap(({lower, upper}) => [lower, upper]);
const unary = (document: StoredDocument) =>
  (document.unary?.labels ?? []).flatMap(({reasonable, unreasonable}) => [reasonable, unreasonable]);
const binary = (document: StoredDocument) =>
  (document.binary?.pairs ?? []).flatMap(({asked}) => asked.flatMap(({first, second}) => [first, second]));
const hidden = (document: StoredDocument) => [...(document.hidden ?? [])];

describe("every capture on a real model", () => {
  test("is whole, one record a document", async () => {
    const {outcome, stored} = strict;
    expect(outcome.captures.map(({name, captured}) => [name, captured])).toEqual([
      ["greedy", 4],
      ["tree", 4],
      ["unary", 4],
      ["binary", 4],
      ["hidden", 10],
    ]);
    expect(stored.documents.train).toHaveLength(6);
    expect(await readdir(outcome.folder)).toEqual(expect.arrayContaining(["trees.jsonl", "hidden.npy"]));
  });

  test("side by side, after shared prefixes, it stays near one sequence that reuses nothing", async () => {
    const {stored} = await capture("beside", {estimators: ALL});
    const [one, other] = [strict.stored.documents, stored.documents];
    expect(gap(one.test, other.test, bounds)).toBeLessThan(0.02);
    expect(gap(one.test, other.test, unary)).toBeLessThan(0.01);
    expect(gap(one.test, other.test, binary)).toBeLessThan(0.01);
    const size = Math.max(...one.train.flatMap(hidden).map(Math.abs));
    expect(gap([...one.train, ...one.test], [...other.train, ...other.test], hidden) / size).toBeLessThan(0.01);
  });

  test("questions give the probabilities of whole strings, evaluated alone through the public reader", async () => {
    const task = await loadTask(TASK, {cwd: folder});
    const plan = buildPrompts(task);
    const {seed} = strict.outcome.manifest.identity;
    const [document] = strict.stored.documents.test;
    const {labels} = strict.outcome.manifest;
    const name = (index: number) => labels[index] ?? "";
    const one = unaryPrompts(task, plan, seed).render(document?.document ?? {text: ""}, name(2));
    expect(document?.unary?.labels[2]?.reasonable).toBeCloseTo(
      await wholeString(one.body + one.opening, " reasonable"),
      5,
    );
    const pair = document?.binary?.pairs.at(-1);
    const [first, second] = [pair?.first ?? -1, pair?.second ?? -1];
    const two = binaryPrompts(task, plan, seed).render(document?.document ?? {text: ""}, name(second), name(first));
    expect(pair?.asked[1].second).toBeCloseTo(await wholeString(two.body + two.opening, ` ${name(second)}`), 5);
  });

  test("the tree's answers are whole strings of the answer, each with its probability", async () => {
    const task = await loadTask(TASK, {cwd: folder});
    const {body, opening} = buildPrompts(task).render(strict.stored.documents.test[0]?.document ?? {text: ""});
    const {closeEvent, separator} = answerFormats.json;
    const [answer] = strict.stored.documents.test[0]?.tree?.answers ?? [];
    const text = (answer?.labels.length === 0 ? ["none"] : (answer?.labels ?? [])).join(separator);
    // One spelling of the answer alone: the tree adds up all of them, of which the tokeniser's own holds nearly all.
    const prompt = body + opening;
    const alone = await spelled(prompt, text + closeEvent);
    expect(alone).toBeLessThanOrEqual((answer?.mass ?? 0) + 1e-5);
    expect(alone).toBeGreaterThan(0.9 * (answer?.mass ?? 1));
  });

  test("a run's own answers, forced, give its own steps to the bit in strict mode", async () => {
    const {stored} = await capture("forced", {strict: true, forceAnswers: strict.outcome.folder});
    const steps = new Map(strict.stored.documents.test.map(({document, trace}) => [document.id, trace]));
    expect(stored.documents.test).toHaveLength(4);
    for (const {document, trace} of stored.documents.test) {
      expect(trace?.answer).toEqual(steps.get(document.id)?.answer);
      expect(trace?.steps).toEqual(steps.get(document.id)?.steps);
    }
  });

  test("hidden states are refused through the public reader, by name", async () => {
    await expect(capture("public", {estimators: ["probe"], reader: "public"})).rejects.toMatchObject({
      code: "no-hidden-state",
    });
  });
});

/** Probability that the model writes this text's own tokens, the last of them also with text after it. */
async function spelled(before: string, text: string): Promise<number> {
  await using engine = await openLocalEngine({home: join(folder, "home"), reader: "public"});
  await using loaded = await engine.loadModel(model);
  const start = loaded.tokenize(before).length;
  const whole = loaded.tokenize(before + text);
  const {bosToken, pieces} = loaded.vocabulary;
  const bos = bosToken === undefined ? [] : [bosToken];
  await using session = await loaded.openSession({
    sequences: 1,
    contextTokens: 2048,
    threads: 1,
    flashAttention: false,
    cacheType: "f32",
  });
  const spec = {tokens: [], groups: [], top: 0, logits: true};
  const reads = whole.slice(start).map((_, i) => ({at: start + bos.length - 1 + i, spec}));
  const [readOuts = []] = await session.extend([{sequence: 0, tokens: [...bos, ...whole.slice(0, -1)], reads}]);
  return whole.slice(start).reduce((product, token, i) => {
    const {logits = new Float32Array(), logSumExp = Number.NaN} = readOuts[i] ?? {};
    const last = start + i === whole.length - 1;
    const fits = (other: number) => (last ? (pieces[other] ?? "").startsWith(pieces[token] ?? "") : other === token);
    return product * logits.reduce((sum, logit, other) => (fits(other) ? sum + Math.exp(logit - logSumExp) : sum), 0);
  }, 1);
}
