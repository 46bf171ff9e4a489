import {readFileSync} from "node:fs";
import {mkdtemp, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {z} from "zod";
import {loadCatalog} from "../../src/catalog/catalog.ts";
import {labelscopeHome} from "../../src/catalog/home.ts";
import {pullModel} from "../../src/catalog/pull.ts";
import {pullTarget} from "../../src/catalog/pull-target.ts";
import type {Model} from "../../src/engine/engine.ts";
import {type LocalEngine, openLocalEngine} from "../../src/engine/local.ts";
import {fromBytes} from "../../src/engine/vocabulary.ts";
import {traceSchema} from "../../src/records/trace.ts";
import {RUN_DEFAULTS} from "../../src/run/options.ts";
import {run} from "../../src/run/run.ts";
import {exactly} from "../support/exactly.ts";

const ID = "smollm2-135m-instruct";

/** What transformers says in float32 about the dequantised weights; made by scripts/alignment/golden.py. */
const golden = z
  .object({
    labels: z.array(z.string()),
    cases: z.array(
      z.object({
        prompt: z.string(),
        tokens: z.array(z.number()),
        firstTokens: z.array(z.number()),
        logits: z.array(z.number()),
        argmax: z.number(),
        vocabEntropyBits: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL("../golden/smollm2.golden.json", import.meta.url), "utf8")));

/** The file has 4-bit weights and is computed with 8-bit activations, which moves logits by up to about half a unit. */
const LOGIT_TOLERANCE = 0.75;
const ENTROPY_TOLERANCE_BITS = 0.25;

const home = labelscopeHome(process.env);
let path = "";
let folder = "";
const opened: {engine: LocalEngine; model: Model}[] = [];

const open = async (reader: "native" | "public") => {
  const engine = await openLocalEngine({home, reader});
  const model = await engine.loadModel(path);
  opened.push({engine, model});
  return model;
};

beforeAll(async () => {
  const catalog = await loadCatalog();
  const target = pullTarget(ID, catalog, {});
  const signal = new AbortController().signal;
  path = (await pullModel(target, {home, catalog, env: process.env, signal})).path;
  folder = await mkdtemp(join(tmpdir(), "labelscope-smollm2-"));
}, 900_000);

afterAll(async () => {
  for (const {engine, model} of opened) {
    await model[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  }
  await rm(folder, {recursive: true, force: true});
});

describe.each(["native", "public"] as const)("SmolLM2-135M through the %s path", reader => {
  test("has the token ids of transformers, special-looking text and emoji included", async () => {
    const model = await open(reader);
    for (const {prompt, tokens} of golden.cases) {
      expect(model.tokenize(prompt)).toEqual(tokens);
      expect(fromBytes(tokens.map(token => model.vocabulary.pieces[token] ?? "").join(""))).toBe(prompt);
    }
  });

  test("is aligned with transformers' logits after the same prompts", async () => {
    const model = await open(reader);
    for (const {prompt, firstTokens, logits, argmax, vocabEntropyBits} of golden.cases) {
      const tokens = model.tokenize(prompt);
      await using session = await model.openSession({
        sequences: 1,
        contextTokens: 512,
        threads: 2,
        flashAttention: false,
        cacheType: "f32",
      });
      const spec = {tokens: [...firstTokens, argmax], groups: [], top: 0};
      const [read] = await session.extend([{sequence: 0, tokens, reads: [{at: tokens.length - 1, spec}]}]);
      const [readOut] = read ?? [];
      const off = (readOut?.tokenLogits.slice(0, -1) ?? []).map((logit, i) =>
        Math.abs(logit - (logits[i] ?? Number.NaN)),
      );
      const ofGolden = readOut?.tokenLogits.at(-1) ?? Number.NaN;
      expect(off).toHaveLength(golden.labels.length);
      expect(Math.max(...off)).toBeLessThan(LOGIT_TOLERANCE);
      // Its 8-bit activations differ between processors: where two tokens are that near, either may come first.
      expect((readOut?.argmax.logit ?? Number.NaN) - ofGolden).toBeLessThan(LOGIT_TOLERANCE);
      expect(Math.abs(exactly(readOut?.vocabEntropyBits) - vocabEntropyBits)).toBeLessThan(ENTROPY_TOLERANCE_BITS);
    }
  });
});

test("a strict run on the built-in task gives the same numbers through both paths, and a second call adds nothing", async () => {
  const traces: string[][] = [];
  for (const reader of ["native", "public"] as const) {
    const options = {
      ...RUN_DEFAULTS,
      task: "posts",
      models: [ID],
      limit: 2,
      shots: 4,
      strict: true,
      reader,
      threads: 2,
    };
    const place = {cwd: folder, env: process.env};
    const hooks = {signal: new AbortController().signal};
    const [outcome] = await run({...options, out: reader}, place, hooks);
    expect(outcome).toMatchObject({captured: 2, resumed: 0, finished: true});
    const [again] = await run({...options, out: reader}, place, hooks);
    expect(again).toMatchObject({captured: 0, resumed: 2, finished: true});
    const lines = (await readFile(join(outcome?.folder ?? "", "traces.jsonl"), "utf8")).trimEnd().split("\n");
    traces.push(
      lines.map(line => {
        // The last key of a line is its checksum.
        const {sum: _sum, ...record} = JSON.parse(line);
        const trace = traceSchema.parse(record);
        // The sums over the vocabulary are added up in another order, so only what is read is compared to the bit.
        const steps = trace.steps.map(({r, scores, topTokens, emitted}) => ({r, scores, topTokens, emitted}));
        return JSON.stringify({key: trace.key, answer: trace.answer, steps});
      }),
    );
  }
  expect(traces[0]).toHaveLength(2);
  expect(traces[1]).toEqual(traces[0]);
});
