import type {GreedySetup} from "../capture/greedy.ts";
import type {CaptureName, PlannedCapture, ReadyCapture} from "../capture/kind/capture-kind.ts";
import {type Lane, Lockstep, type LockstepOptions, sequencesNeeded} from "../capture/lockstep.ts";
import type {PreparedDocument} from "../capture/prepare.ts";
import type {Model, SessionOptions} from "../engine/engine.ts";
import type {OpenRun} from "../store/run-directory.ts";
import type {RunOptions} from "./options.ts";

export const BATCH_TOKENS = 512;
/** With hidden states every token of an evaluation takes a row of the vocabulary. */
const HIDDEN_BATCH_TOKENS = 128;
const MAX_SEQUENCES = 256;
/** Documents under way at once, beside the shared prefix and with room to score labels. */
export const MOST_LANES = 128;
/** Scratch sequences that a document gets before more documents are taken side by side. */
const ENOUGH_SCRATCH = 24;

/** A kind of capture, or the embeddings that another model makes. */
export type CapturedName = CaptureName | "embedding";

/** How far a capture has come. */
export interface RunProgress {
  readonly model: string;
  readonly capture: CapturedName;
  /** What is captured, for a progress line. */
  readonly title: string;
  readonly done: number;
  readonly total: number;
  readonly documentsPerSecond: number;
  readonly tokensPerSecond: number;
}

/** What came of one capture of a model's run. */
export interface CaptureOutcome {
  readonly name: CapturedName;
  /** Documents captured now, and those that an earlier command had captured. */
  readonly captured: number;
  readonly resumed: number;
  readonly total: number;
  readonly evaluatedTokens: number;
  /** Captured a second, loading left out; absent where nothing was captured. */
  readonly documentsPerSecond?: number;
  readonly tokensPerSecond?: number;
}

/** What one capture shares with the others of its run. */
export interface CaptureContext {
  readonly model: string;
  readonly loaded: Model;
  readonly setup: GreedySetup;
  readonly run: OpenRun;
  readonly threads: number;
  readonly options: Pick<RunOptions, "strict" | "sequences" | "flashAttention">;
  readonly signal: AbortSignal;
  /** No document is begun after this time, as `performance.now` tells it. */
  readonly deadline: number;
  readonly onProgress?: (progress: RunProgress) => void;
}

/** How many documents run side by side on how large a session. */
export interface Shape {
  readonly lockstep: LockstepOptions;
  readonly session: SessionOptions;
}

/** The shape of a capture's session, the same for the same documents and options. */
export function shapeOf(
  capture: PlannedCapture,
  {scratch}: Pick<ReadyCapture, "scratch">,
  {loaded, threads, options}: Pick<CaptureContext, "loaded" | "threads" | "options">,
): Shape {
  const {sharedPrefix: shared} = loaded.capabilities;
  const wanted = options.strict ? 1 : (options.sequences ?? (shared ? 8 : 1));
  const perLane = capture.name === "greedy" ? 0 : Math.min(scratch.sequences, ENOUGH_SCRATCH);
  const fitting = Math.floor((MAX_SEQUENCES - 1) / (1 + perLane));
  const lanes = Math.min(wanted, MOST_LANES, fitting, Math.max(1, capture.documents.length));
  const room = Math.floor((MAX_SEQUENCES - 1 - lanes) / lanes);
  const lockstep = {
    prefix: options.strict ? [] : capture.prefix,
    lanes,
    scratchPerLane: options.strict || !shared ? 0 : Math.min(scratch.sequences, room),
  };
  const own = capture.longestTokens - lockstep.prefix.length + lockstep.scratchPerLane * scratch.tokens;
  return {
    lockstep,
    session: {
      sequences: sequencesNeeded(lockstep),
      contextTokens: roundUp(capture.longestTokens),
      cells: roundUp(lockstep.prefix.length + lanes * own),
      threads,
      batchTokens: capture.hidden ? HIDDEN_BATCH_TOKENS : BATCH_TOKENS,
      flashAttention: options.flashAttention,
      cacheType: options.strict ? "f32" : "f16",
      ...(capture.hidden ? {hidden: true} : {}),
    },
  };
}

/**
 * Captures the documents of one kind that the run does not hold yet, each stored as soon as it is whole. Stops at the next
 * step where the signal is aborted; documents under way are then given up.
 */
export async function captureOne(capture: PlannedCapture, context: CaptureContext): Promise<CaptureOutcome> {
  const {run, deadline, signal} = context;
  const done = run.done(capture.record);
  const missing = capture.documents.filter(({key}) => !done.has(key));
  const total = capture.documents.length;
  const resumed = total - missing.length;
  if (missing.length === 0) return {name: capture.name, captured: 0, resumed, total, evaluatedTokens: 0};
  const ready = capture.begin(context.loaded, context.setup);
  const shape = shapeOf(capture, ready, context);
  await using session = await context.loaded.openSession(shape.session);
  const lockstep = new Lockstep(session, shape.lockstep);
  const started = performance.now();
  let [captured, tokens] = [0, shape.lockstep.prefix.length];
  const seconds = () => (performance.now() - started) / 1000;
  const report = () =>
    context.onProgress?.({
      model: context.model,
      capture: capture.name,
      title: capture.title,
      done: resumed + captured,
      total,
      documentsPerSecond: captured / seconds(),
      tokensPerSecond: tokens / seconds(),
    });
  report();
  try {
    await lockstep.prepare();
    await lockstep.run(inTime(missing, deadline), async (document, lane) => {
      const {entry, rows = []} = await ready.capture(document, abortable(lane, signal));
      await run.append(entry, rows);
      captured++;
      tokens += lane.evaluatedTokens();
      report();
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  return {
    name: capture.name,
    captured,
    resumed,
    total,
    evaluatedTokens: tokens,
    ...(captured === 0 ? {} : {documentsPerSecond: captured / seconds(), tokensPerSecond: tokens / seconds()}),
  };
}

function* inTime(documents: readonly PreparedDocument[], deadline: number): Generator<PreparedDocument> {
  for (const document of documents) {
    if (performance.now() >= deadline) return;
    yield document;
  }
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
    ...lane,
    start: checked(lane.start),
    extend: checked(lane.extend),
    explore: checked(lane.explore),
    grow: checked(lane.grow),
  };
}

function roundUp(tokens: number): number {
  return Math.ceil(tokens / 256) * 256;
}
