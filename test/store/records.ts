import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {onTestFinished} from "vitest";
import type {Manifest, SessionRecord} from "../../src/records/manifest.ts";
import type {FileModel} from "../../src/records/model.ts";
import type {RecordName, Records} from "../../src/records/run-records.ts";
import {TRACE_SCHEMA} from "../../src/records/schema-version.ts";
import type {Trace} from "../../src/records/trace.ts";
import {readManifest} from "../../src/store/manifest-file.ts";
import {RecordWriter} from "../../src/store/record-file.ts";
import {recordKinds} from "../../src/store/record-kinds.ts";

const HASH = "0".repeat(64);

/** A folder that is gone when the test ends. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "labelscope-store-"));
  onTestFinished(async () => await rm(folder, {recursive: true, force: true}));
  return folder;
}

export const session: SessionRecord = {
  started: "2026-01-01T00:00:00.000Z",
  sequences: 1,
  threads: 1,
  batchTokens: 512,
  contextTokens: 256,
  sharedPrefixTokens: 0,
};

/** A valid manifest of a run that two labels and a null label describe. */
/** A manifest of a run of a file. */
export interface FileManifest extends Omit<Manifest, "model"> {
  readonly model: FileModel;
}

export function aManifest(changes: Partial<FileManifest> = {}): FileManifest {
  return {
    schema: TRACE_SCHEMA,
    labelscope: "0.1.0",
    name: "tiny-model-00000000",
    created: "2026-01-01T00:00:00.000Z",
    identity: {
      task: "tiny",
      model: "model",
      shots: 0,
      multiShare: 0.5,
      noneShare: 0.1,
      seed: 0,
      labelOrder: "alphabetical",
      format: "json",
      chat: "raw",
      opening: "given",
      decode: "free",
      labelScoring: "first-token",
      variants: "max",
      flashAttention: false,
      strict: false,
      fullLogits: false,
    },
    task: {
      id: "tiny",
      title: "A tiny task",
      source: "/somewhere/task.yaml",
      hash: HASH,
      gold: "majority",
      annotations: "annotators",
      dataHashes: {test: HASH},
    },
    model: {
      id: "model",
      file: "model.gguf",
      sha256: HASH,
      fileSizeBytes: 100,
      architecture: "llama",
      totalParameters: 10,
      embeddingParameters: 5,
      nonEmbeddingParameters: 5,
      tokenizerHash: HASH,
      bosToken: null,
    },
    engine: {engine: "scripted", cpu: "one"},
    cacheType: "f16",
    labels: ["fear", "joy", "none"],
    noneLabel: "none",
    labelTokens: {first: [[[1]], [[2]], [[3]]], collisions: [], merged: [], seamChecks: 0, seamDiffering: 0},
    prompt: {
      hash: HASH,
      labelOrder: ["fear", "joy"],
      templated: false,
      demonstrations: [],
      composition: {count: 0, multi: 0, single: 0, none: 0},
      leaks: 0,
    },
    answerBudget: 8,
    numerics: "default",
    sessions: [],
    ...changes,
  };
}

type Step = Trace["steps"][number];

export function aStep(changes: Partial<Step> = {}): Step {
  return {
    r: 1,
    answerTokens: 0,
    kind: "last",
    scores: [0, 1, null],
    probabilities: [0.25, 0.75, 0],
    entropyBits: 0.8113,
    vocabEntropyBits: 2,
    logSumExp: 3,
    labelMass: 0.9,
    argmaxIsLabel: true,
    top: "joy",
    second: "fear",
    topToSecond: 3,
    emitted: {text: "joy", kind: "label", label: "joy"},
    topTokens: [],
    ...changes,
  };
}

/** A valid trace; its key is `key-<id>`. */
export function aTrace(id: string, changes: Partial<Trace> = {}): Trace {
  return {
    schema: TRACE_SCHEMA,
    key: `key-${id}`,
    split: "test",
    document: {id, text: `text of ${id}`, annotations: [["joy"], []]},
    promptTokens: 12,
    promptHash: HASH,
    answer: {tokens: [2, 4], text: 'joy"]}', wellFormed: true, problems: [], labels: ["joy"]},
    steps: [aStep()],
    elapsedMs: 1.5,
    ...changes,
  };
}

/** What every record of a document says first. */
export const about = (id: string) => ({schema: TRACE_SCHEMA, key: `key-${id}`, split: "test", id}) as const;
const cost = {evaluatedTokens: 3, naiveTokens: 6, elapsedMs: 1} as const;
const half = {first: 0.5, second: 0.25};

export const aTree = (id: string): Records["tree"] => ({
  ...about(id),
  labels: [
    {lower: 0.1, upper: 0.2},
    {lower: 0.5, upper: 0.6},
  ],
  wellFormedMass: {lower: 0.8, upper: 0.9},
  answers: [{labels: ["joy"], mass: 0.5}],
  expansions: 3,
  evaluatedTokens: 20,
  stopped: "narrow",
  elapsedMs: 1,
});
export const aUnary = (id: string): Records["unary"] => ({
  ...about(id),
  labels: [
    {reasonable: 0.25, unreasonable: 0.5},
    {reasonable: 0.75, unreasonable: 0},
  ],
  ...cost,
});
export const aBinary = (id: string): Records["binary"] => ({
  ...about(id),
  pairs: [
    {first: 0, second: 1, asked: [half, half]},
    {first: 0, second: 2, asked: [half, half]},
    {first: 1, second: 2, asked: [half, half]},
  ],
  ...cost,
});

/** Writes a record file into a run's folder, sealed for the manifest that is there. */
export async function write<Name extends RecordName>(folder: string, name: Name, records: readonly Records[Name][]) {
  const manifest = await readManifest(folder);
  const {writer} = await RecordWriter.open<Records[Name]>(join(folder, recordKinds[name].file), manifest);
  for (const record of records) await writer.append(record);
  await writer[Symbol.asyncDispose]();
}
