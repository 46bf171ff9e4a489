import {mkdtemp, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {onTestFinished} from "vitest";
import type {Engine, FileEngine} from "../../src/engine/engine.ts";
import {findFileModel} from "../../src/engine/file-model.ts";
import {type Script, type ScriptedOptions, scriptedEngine} from "../../src/engine/scripted.ts";
import type {Trace} from "../../src/records/trace.ts";
import {executeModel, type RunHooks, type RunOutcome} from "../../src/run/execute.ts";
import {RUN_DEFAULTS, type RunOptions} from "../../src/run/options.ts";
import {planRun} from "../../src/run/plan.ts";
import {readTraces, TRACES} from "../../src/store/trace-file.ts";
import {writeGguf} from "../support/gguf-writer.ts";

const OPENING = '{"label": ["';
const TOKENS = ["joy", "fear", "anger", "none", '", "', '"]}', '"]', "Input: ", "Labels: ", OPENING];

/** Answers by the number in a document's text, as pieces that are tokens. */
const ANSWERS = [
  ["joy", '"]}'],
  ["fear", '", "', "joy", '"]}'],
  ["none", '"]}'],
  ["anger", '"]}'],
] as const;

/** Writes one of four well-formed answers for each document, by its number; other labels stay likely. */
export const answering: Script = text => {
  const at = text.lastIndexOf(OPENING) + OPENING.length;
  const written = text.slice(at);
  const number = Number(/document (\d+)/.exec(text.slice(text.lastIndexOf("Input: ")))?.[1] ?? 0);
  return {
    joy: 1,
    fear: 0.5,
    anger: 0.25,
    none: 0,
    '", "': -1,
    ...nextPiece(ANSWERS[number % ANSWERS.length] ?? [], written),
  };
};

/** Writes the same pieces after every prompt. */
export function saying(pieces: readonly string[]): Script {
  return text => ({joy: 0, ...nextPiece(pieces, text.slice(text.lastIndexOf(OPENING) + OPENING.length))});
}

function nextPiece(pieces: readonly string[], written: string): Record<string, number> {
  const place = pieces.findIndex((_, count) => pieces.slice(0, count).join("") === written);
  const next = pieces[place];
  return next === undefined ? {} : {[next]: 5 + written.length / 100};
}

export function engineOf(options: ScriptedOptions = {}): FileEngine {
  return scriptedEngine({tokens: TOKENS, script: answering, ...options});
}

/** An engine that loads files in another way. */
export function loadingEngine(loadModel: FileEngine["loadModel"]): FileEngine {
  return {...engineOf(), loadModel, findModel: async (spec, place) => await findFileModel(loadModel, spec, place)};
}

export interface Workspace {
  readonly folder: string;
  readonly task: string;
  readonly model: string;
}

function jsonl(ids: readonly string[], labelsOf: (place: number) => readonly string[]): string {
  return ids
    .map((id, i) => `${JSON.stringify({id, text: `document ${i} (${id})`, annotations: [labelsOf(i), labelsOf(i)]})}\n`)
    .join("");
}

const GOLD = [["joy"], ["fear", "joy"], [], ["anger"]];

/** A folder with a task of 12 test documents, or as many as are wanted, and the header of a model, gone when the test ends. */
export async function workspace(
  changes: {readonly yaml?: string; readonly contextLength?: number; readonly documents?: number} = {},
): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), "labelscope-run-"));
  onTestFinished(async () => await rm(folder, {recursive: true, force: true}));
  const names = (prefix: string, count: number) => Array.from({length: count}, (_, i) => `${prefix}${i}`);
  const goldOf = (place: number) => GOLD[place % GOLD.length] ?? [];
  await writeFile(join(folder, "train.jsonl"), jsonl(names("t", 16), goldOf));
  await writeFile(join(folder, "calibration.jsonl"), jsonl(names("c", 4), goldOf));
  await writeFile(join(folder, "test.jsonl"), jsonl(names("d", changes.documents ?? 12), goldOf));
  await writeFile(
    join(folder, "task.yaml"),
    `version: 1
id: numbers
title: Numbered documents
labels: [joy, fear, anger]
none: none
prompt:
  instruction: "Labels: {labels}.\\n\\n"
  demonstration: "Input: {text}\\n{answer}\\n\\n"
  query: "Input: {text}\\n{opening}"
demonstrations: {count: 4, multiShare: 0.25, noneShare: 0.25}
data: {train: train.jsonl, calibration: calibration.jsonl, test: test.jsonl}
${changes.yaml ?? ""}`,
  );
  await aModel(join(folder, "model.gguf"), changes.contextLength);
  return {folder, task: "task.yaml", model: "model.gguf"};
}

/** The header of a model, for the scripted engine, which reads no weights. */
export async function aModel(path: string, contextLength = 4096, extra: Record<string, string> = {}): Promise<void> {
  await writeGguf(path, {
    metadata: {
      "general.architecture": "llama",
      "llama.context_length": contextLength,
      "llama.embedding_length": 8,
      ...extra,
    },
    tensors: [{name: "token_embd.weight", dimensions: [8, 16]}],
  });
}

export function optionsOf({task, model}: Workspace, changes: Partial<RunOptions> = {}): RunOptions {
  return {...RUN_DEFAULTS, task, models: [model], threads: 1, ...changes};
}

/** Plans a run and captures its first model. */
export async function capture(
  place: Workspace,
  changes: Partial<RunOptions> = {},
  hooks: Partial<RunHooks> & {readonly engine?: Engine; readonly now?: () => Date} = {},
): Promise<RunOutcome> {
  const options = optionsOf(place, changes);
  const engine = hooks.engine ?? engineOf();
  const plan = await planRun(engine, options, {
    cwd: place.folder,
    env: {LABELSCOPE_HOME: join(place.folder, "home")},
    ...(hooks.now === undefined ? {} : {now: hooks.now}),
  });
  const [model] = plan.models;
  if (model === undefined) throw new Error("the plan has no model");
  const signal = new AbortController().signal;
  return await executeModel(engine, plan, model, options, {home: join(place.folder, "home"), signal, ...hooks});
}

export async function tracesOf(folder: string): Promise<Trace[]> {
  const traces: Trace[] = [];
  for await (const trace of readTraces(join(folder, TRACES))) traces.push(trace);
  return traces;
}

/** Traces by document, without how long they took: what strict runs have in common. */
export function timeless(traces: readonly Trace[]): Omit<Trace, "elapsedMs">[] {
  return traces
    .map(({elapsedMs: _, ...trace}) => trace)
    .sort((a, b) => (a.split + a.document.id < b.split + b.document.id ? -1 : 1));
}
