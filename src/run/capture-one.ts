import type {GreedySetup} from "../capture/greedy.ts";
import type {CaptureName, PlannedCapture, ReadyCapture} from "../capture/kind/capture-kind.ts";
import type {PreparedDocument} from "../capture/prepare.ts";
import type {Model} from "../engine/engine.ts";
import type {PlannedLanes} from "../engine/lanes.ts";
import type {OpenRun} from "../store/run-directory.ts";
import type {RunOptions} from "./options.ts";
import {slowBecause} from "./slow.ts";

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
  /** Why it is slow, where it is and the reason can be told. */
  readonly slowBecause?: string;
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

/** How a capture's documents will be served. */
export function lanesOf(
  capture: PlannedCapture,
  {scratch}: Pick<ReadyCapture, "scratch">,
  {loaded, threads, options}: Pick<CaptureContext, "loaded" | "threads" | "options">,
): PlannedLanes {
  const {sequences, strict, flashAttention} = options;
  return loaded.planLanes({
    prefix: capture.prefix,
    longestTokens: capture.longestTokens,
    documents: capture.documents.length,
    ...(sequences === undefined ? {} : {sequences}),
    scratch,
    wantedScratch: capture.name === "greedy" ? 0 : ENOUGH_SCRATCH,
    hidden: capture.hidden,
    strict,
    local: {threads, flashAttention},
  });
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
  const planned = lanesOf(capture, ready, context);
  await using lanes = await planned.open(signal);
  const started = performance.now();
  let [captured, tokens] = [0, planned.facts.sharedPrefixTokens];
  const seconds = () => (performance.now() - started) / 1000;
  const report = () => {
    const slow = slowBecause({
      seconds: seconds(),
      documentsPerSecond: captured / seconds(),
      threads: planned.facts.threads,
      reader: context.loaded.facts.reader,
    });
    context.onProgress?.({
      model: context.model,
      capture: capture.name,
      title: capture.title,
      done: resumed + captured,
      total,
      documentsPerSecond: captured / seconds(),
      tokensPerSecond: tokens / seconds(),
      ...(slow === undefined ? {} : {slowBecause: slow}),
    });
  };
  report();
  try {
    await lanes.run(inTime(missing, deadline), async (document, lane) => {
      const {entry, rows = []} = await ready.capture(document, lane);
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
