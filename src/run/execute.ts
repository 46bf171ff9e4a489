import {join} from "node:path";
import {greedySetup} from "../capture/prepare.ts";
import {sha256Model} from "../catalog/hash.ts";
import {counted} from "../counted.ts";
import {type AnswerFacts, AnswerGatherer} from "../dynamics/answer-facts.ts";
import {answerWarnings} from "../dynamics/answer-warnings.ts";
import type {Engine} from "../engine/engine.ts";
import {refuseOtherFile} from "../engine/file-model.ts";
import type {Manifest} from "../records/manifest.ts";
import {openRun} from "../store/run-directory.ts";
import {readTraces, TRACES} from "../store/trace-file.ts";
import {refuseIncapable} from "./capable.ts";
import {type CaptureOutcome, captureOne, lanesOf, type RunProgress} from "./capture-one.ts";
import {captureWarnings} from "./capture-warnings.ts";
import {captureEmbeddings} from "./encoder.ts";
import {flashAdvice} from "./flash-advice.ts";
import {describeRun} from "./manifest.ts";
import type {RunOptions} from "./options.ts";
import type {ModelPlan, RunPlan} from "./plan.ts";
import {threadsFor} from "./threads.ts";

export type {CaptureOutcome, RunProgress} from "./capture-one.ts";

/** Top tokens stored at every label step. */
const TOP_TOKENS = 20;

export interface RunHooks {
  readonly home: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onNotice?: (line: string) => void;
}

/** What came of one model's run; the counts and speeds beside `captures` are those of the greedy traces. */
export interface RunOutcome extends Omit<CaptureOutcome, "name" | "evaluatedTokens"> {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Every capture that was begun, the greedy traces first. */
  readonly captures: readonly CaptureOutcome[];
  readonly finished: boolean;
  readonly summary: AnswerFacts;
  readonly warnings: readonly string[];
}

/**
 * Captures what is missing of one model's run, kind by kind, and stores it document by document.
 *
 * When the signal is aborted the documents under way are given up (they are captured again by the same command) and the
 * outcome says that the run is not finished.
 */
export async function executeModel(
  engine: Engine,
  plan: RunPlan,
  model: ModelPlan,
  options: RunOptions,
  hooks: RunHooks,
): Promise<RunOutcome> {
  const {source, embeddings} = model;
  const encoder = embeddings?.encoder;
  const [greedy] = model.captures;
  if (greedy === undefined) throw new RangeError("the plan captures nothing");
  const identities = {
    model: await source.describe({home: hooks.home, signal: hooks.signal}),
    ...(encoder === undefined ? {} : {encoder: await sha256Model(encoder.path, {home: hooks.home})}),
  };
  if (encoder !== undefined) refuseOtherFile(encoder, identities.encoder);
  await using loaded = await source.load({signal: hooks.signal});
  refuseIncapable(source.id, loaded.capabilities, {captures: model.captures, options, isAdapted: source.isAdapted});
  const manifest = describeRun(plan, model, loaded, identities);
  const setup = greedySetup(loaded, plan.prompts, model.labels, {
    scoring: plan.scoring,
    variants: options.variants,
    opening: options.opening,
    decode: options.decode,
    topTokens: TOP_TOKENS,
    fullLogits: options.fullLogits,
    thought: model.thought,
  });
  const ready = greedy.begin(loaded, setup);
  const asked = {loaded, threads: options.threads ?? 1, options};
  const choice = await threadsFor(
    engine,
    source.id,
    loaded,
    {
      threads: options.threads,
      strict: options.strict,
      documents: model.captures.reduce((sum, {documents}) => sum + documents.length, 0),
      parameters: identities.model.totalParameters,
      local: lanesOf(greedy, ready, asked).facts.threads !== undefined,
    },
    hooks.signal,
  );
  const {threads, because} = choice;
  const {facts} = lanesOf(greedy, ready, {...asked, threads});
  await using run = await openRun({
    folder: model.folder,
    manifest,
    fresh: options.fresh,
    session: {
      started: new Date().toISOString(),
      ...facts,
      ...(because === undefined ? {} : {threadsBecause: because}),
    },
    repair: options.repair === true,
    ...(options.fullLogits ? {logitsColumns: loaded.vocabulary.size} : {}),
  });
  for (const notice of run.notices) hooks.onNotice?.(`${source.id}: ${notice}`);
  if (because !== undefined) hooks.onNotice?.(`${source.id}: ${counted(threads, "thread")}: ${because}`);
  const minutes = options.maxMinutes ?? Number.POSITIVE_INFINITY;
  const context = {
    model: source.id,
    loaded,
    setup,
    run,
    threads,
    options,
    signal: hooks.signal,
    deadline: performance.now() + minutes * 60_000,
    ...(hooks.onProgress === undefined ? {} : {onProgress: hooks.onProgress}),
  };
  const began = performance.now();
  const traces = await captureOne(greedy, context);
  const captures: CaptureOutcome[] = [traces];
  for (const capture of model.captures.slice(1)) {
    if (captures.every(isWhole)) captures.push(await captureOne(capture, context));
  }
  if (embeddings !== undefined && captures.length === model.captures.length && captures.every(isWhole)) {
    captures.push(await captureEmbeddings(engine, embeddings, context));
  }
  await run.settle();
  const seconds = (performance.now() - began) / 1000;
  const advice = await flashAdvice(loaded, {seconds, facts, options}, hooks.signal).catch(() => undefined);
  if (advice !== undefined) hooks.onNotice?.(`${source.id}: ${advice}`);
  const wanted = model.captures.length + (embeddings === undefined ? 0 : 1);
  const summary = await answersOfTest(join(model.folder, TRACES));
  const own = manifest.identity.forceAnswers === undefined;
  const warnings = [
    ...answerWarnings(summary, own),
    ...(await captureWarnings({folder: model.folder, manifest}, captures)),
  ];
  const {name: _name, evaluatedTokens: _tokens, ...counts} = traces;
  return {
    folder: model.folder,
    manifest,
    ...counts,
    captures,
    finished: captures.length === wanted && captures.every(isWhole),
    summary,
    warnings: warnings.map(({text}) => text),
  };
}

/** Reads through the traces of a run once; those of other splits than test are left out. */
async function answersOfTest(file: string): Promise<AnswerFacts> {
  const gatherer = new AnswerGatherer();
  for await (const trace of readTraces(file)) if (trace.split === "test") gatherer.add(trace);
  return gatherer.facts;
}

function isWhole({captured, resumed, total}: CaptureOutcome): boolean {
  return captured + resumed === total;
}
