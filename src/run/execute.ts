import {join} from "node:path";
import {captureGreedy, type GreedySetup} from "../capture/greedy.ts";
import {type Lane, Lockstep, type LockstepOptions, sequencesNeeded} from "../capture/lockstep.ts";
import {greedySetup, type PreparedDocument} from "../capture/prepare.ts";
import {sha256File} from "../catalog/hash.ts";
import type {Engine, Model, SessionOptions} from "../engine/engine.ts";
import {LabelscopeError} from "../errors.ts";
import type {Manifest} from "../records/manifest.ts";
import {TRACE_SCHEMA, type Trace} from "../records/trace.ts";
import {type OpenRun, openRun} from "../store/run-directory.ts";
import {readTraces, TRACES} from "../store/trace-file.ts";
import {canonicalJson, sha256} from "../task/hash.ts";
import {describeRun} from "./manifest.ts";
import type {RunOptions} from "./options.ts";
import {loadOptions, type ModelPlan, type RunPlan} from "./plan.ts";
import {type RunSummary, summariseTraces, warningsOf} from "./summary.ts";

/** Top tokens stored at every label step. */
const TOP_TOKENS = 20;
const BATCH_TOKENS = 512;
const MAX_SEQUENCES = 256;
/** Documents under way at once, beside the shared prefix and with room to score labels. */
export const MOST_LANES = 128;

/** How far a run has come. */
export interface RunProgress {
  readonly model: string;
  readonly done: number;
  readonly total: number;
  readonly documentsPerSecond: number;
  readonly tokensPerSecond: number;
}

export interface RunHooks {
  readonly home: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: RunProgress) => void;
  readonly onNotice?: (line: string) => void;
}

/** What came of one model's run. */
export interface RunOutcome {
  readonly folder: string;
  readonly manifest: Manifest;
  /** Documents captured now, and those that an earlier command had captured. */
  readonly captured: number;
  readonly resumed: number;
  readonly total: number;
  /** Captured a second, loading left out; absent where nothing was to do. */
  readonly documentsPerSecond?: number;
  readonly tokensPerSecond?: number;
  readonly finished: boolean;
  readonly summary: RunSummary;
  readonly warnings: readonly string[];
}

/**
 * Captures what is missing of one model's run and stores it document by document.
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
  const {resolved} = model;
  const hashes = {
    model: await sha256File(resolved.path, {home: hooks.home, signal: hooks.signal}),
    ...(resolved.adapter === undefined ? {} : {adapter: await sha256File(resolved.adapter.path, {home: hooks.home})}),
  };
  refuseOtherFile(model, hashes.model);
  await using loaded = await engine.loadModel(resolved.path, {...loadOptions(resolved), signal: hooks.signal});
  const manifest = describeRun(plan, model, loaded, hashes);
  const setup = greedySetup(loaded, plan.prompts, model.labels, {
    scoring: plan.scoring,
    variants: options.variants,
    opening: options.opening,
    decode: options.decode,
    topTokens: TOP_TOKENS,
    fullLogits: options.fullLogits,
  });
  const lockstep = lockstepOptions(loaded, model, setup, options);
  const session = sessionOptions(model, setup, lockstep, plan, options);
  await using run = await openRun({
    folder: model.folder,
    manifest,
    fresh: options.fresh,
    session: {
      started: new Date().toISOString(),
      sequences: lockstep.lanes,
      threads: plan.threads,
      batchTokens: BATCH_TOKENS,
      contextTokens: session.contextTokens,
      sharedPrefixTokens: lockstep.prefix.length,
    },
    ...(options.fullLogits ? {logitsColumns: loaded.vocabulary.size} : {}),
  });
  for (const notice of run.notices) hooks.onNotice?.(`${resolved.id}: ${notice}`);
  const keyed = model.documents.map(document => ({document, key: keyOf(document)}));
  const missing = keyed.filter(({key}) => !run.done("trace").has(key));
  const speed =
    missing.length === 0
      ? undefined
      : await capture(loaded, setup, session, lockstep, missing, run, model, options, hooks);
  const captured = speed?.captured ?? 0;
  const summary = await summariseTraces(readTraces(join(model.folder, TRACES)));
  return {
    folder: model.folder,
    manifest,
    captured,
    resumed: keyed.length - missing.length,
    total: keyed.length,
    ...(speed === undefined || captured === 0
      ? {}
      : {documentsPerSecond: captured / speed.seconds, tokensPerSecond: speed.tokens / speed.seconds}),
    finished: captured === missing.length,
    summary,
    warnings: warningsOf(summary),
  };
}

interface KeyedDocument {
  readonly document: PreparedDocument;
  readonly key: string;
}

interface Speed {
  readonly captured: number;
  readonly tokens: number;
  readonly seconds: number;
}

async function capture(
  loaded: Model,
  setup: GreedySetup,
  session: SessionOptions,
  lockstepOptions: LockstepOptions,
  missing: readonly KeyedDocument[],
  run: OpenRun,
  model: ModelPlan,
  options: RunOptions,
  hooks: RunHooks,
): Promise<Speed> {
  await using opened = await loaded.openSession(session);
  const lockstep = new Lockstep(opened, lockstepOptions);
  const started = performance.now();
  const deadline = options.maxMinutes === undefined ? Number.POSITIVE_INFINITY : started + options.maxMinutes * 60_000;
  const total = model.documents.length;
  let [captured, tokens] = [0, lockstepOptions.prefix.length];
  const seconds = () => (performance.now() - started) / 1000;
  const inTime = function* () {
    for (const job of missing) {
      if (performance.now() >= deadline) return;
      yield job;
    }
  };
  const report = () =>
    hooks.onProgress?.({
      model: model.resolved.id,
      done: total - missing.length + captured,
      total,
      documentsPerSecond: captured / seconds(),
      tokensPerSecond: tokens / seconds(),
    });
  report();
  try {
    await lockstep.prepare();
    await lockstep.run(inTime(), async ({document, key}, lane) => {
      const began = performance.now();
      const {answer, steps, logits} = await captureGreedy(setup, abortable(lane, hooks.signal), document);
      const trace: Trace = {
        schema: TRACE_SCHEMA,
        key,
        split: document.split,
        document: document.document,
        promptTokens: document.prompt.length,
        promptHash: document.promptHash,
        answer,
        steps: [...steps],
        elapsedMs: Math.round((performance.now() - began) * 10) / 10,
      };
      await run.append({name: "trace", record: trace}, logits);
      captured++;
      tokens += document.prompt.length - lockstepOptions.prefix.length + answer.tokens.length;
      report();
    });
  } catch (error) {
    if (!hooks.signal.aborted) throw error;
  }
  return {captured, tokens, seconds: seconds()};
}

/** What resuming compares: the document, its split and its prompt's tokens. */
function keyOf({document, split, promptHash}: PreparedDocument): string {
  return sha256(canonicalJson({document, split, promptHash})).slice(0, 32);
}

/** A lane that gives up at the next step once the signal is aborted. */
function abortable(lane: Lane, signal: AbortSignal): Lane {
  const checked =
    <A extends unknown[], R>(call: (...parameters: A) => Promise<R>) =>
    async (...parameters: A): Promise<R> => {
      signal.throwIfAborted();
      return await call(...parameters);
    };
  return {
    start: checked(lane.start),
    extend: checked(lane.extend),
    explore: checked(lane.explore),
    grow: checked(lane.grow),
    evaluatedTokens: lane.evaluatedTokens,
  };
}

function lockstepOptions(loaded: Model, model: ModelPlan, setup: GreedySetup, options: RunOptions): LockstepOptions {
  const {sharedPrefix: shared} = loaded.capabilities;
  const wanted = options.strict ? 1 : (options.sequences ?? (shared ? 8 : 1));
  const lanes = Math.min(wanted, MOST_LANES, Math.max(1, model.documents.length));
  const paths = Math.max(setup.scorers.first.paths.length, setup.scorers.later.paths.length);
  const room = Math.floor((MAX_SEQUENCES - 1 - lanes) / lanes);
  return {
    prefix: options.strict ? [] : model.sharedPrefix,
    lanes,
    scratchPerLane: options.strict || !shared ? 0 : Math.min(paths, room),
  };
}

function sessionOptions(
  model: ModelPlan,
  setup: GreedySetup,
  lockstep: LockstepOptions,
  plan: RunPlan,
  options: RunOptions,
): SessionOptions {
  const paths = [...setup.scorers.first.paths, ...setup.scorers.later.paths];
  const longestPath = Math.max(0, ...paths.map(({tokens}) => tokens.length));
  const own = model.longestTokens - lockstep.prefix.length + lockstep.scratchPerLane * longestPath;
  const cells = lockstep.prefix.length + lockstep.lanes * own;
  return {
    sequences: sequencesNeeded(lockstep),
    contextTokens: roundUp(model.longestTokens),
    cells: roundUp(cells),
    threads: plan.threads,
    batchTokens: BATCH_TOKENS,
    flashAttention: options.flashAttention,
    cacheType: options.strict ? "f32" : "f16",
  };
}

function roundUp(tokens: number): number {
  return Math.ceil(tokens / 256) * 256;
}

/** A catalogued model must be the file that the catalogue means. */
function refuseOtherFile({resolved: {entry, id, path}}: ModelPlan, sha256: string): void {
  if (entry?.sha256 === undefined || entry.sha256 === sha256) return;
  throw new LabelscopeError({
    code: "checksum-mismatch",
    message: `the file of ${id} is not the one in the catalogue`,
    details: [`file      ${path}`, `expected  ${entry.sha256}`, `found     ${sha256}`],
    next: `labelscope models pull ${id} fetches it again; a file of your own is given by its path`,
  });
}
