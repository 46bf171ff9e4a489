import {stat} from "node:fs/promises";
import {join} from "node:path";
import {sha256Model} from "../catalog/hash.ts";
import type {Captures} from "../records/captures.ts";
import type {Manifest} from "../records/manifest.ts";
import type {RecordName, Records} from "../records/run-records.ts";
import type {ModelPlan} from "../run/plan.ts";
import {readManifest} from "../store/manifest-file.ts";
import {modelChanges} from "../store/model-contents.ts";
import {readRecords} from "../store/record-file.ts";
import {matrixFiles, recordKinds} from "../store/record-kinds.ts";
import {canonicalJson} from "../task/hash.ts";
import type {KindMeasure, Measures, MissingWork} from "./cost.ts";
import type {PlannedRun} from "./planned-run.ts";
import {worksOf} from "./works.ts";

/** How far one planned run has come already. */
export interface StoredState {
  /** Everything is there, made by the very same model, task, prompts and captures: nothing is to be done. */
  readonly finished: boolean;
  /** Records that are there, and that there will be: a document has one of each kind that is captured. */
  readonly done: number;
  readonly total: number;
  readonly missing: readonly MissingWork[];
  readonly missingKeys: Readonly<Partial<Record<RecordName, readonly string[]>>>;
  readonly measures: Measures;
}

/** Reads what a run holds of what is planned, without opening it for writing. */
export async function readState({plan, model}: Pick<PlannedRun, "plan" | "model">, home: string): Promise<StoredState> {
  const manifest = await readManifest(model.folder);
  const measures: Partial<Record<RecordName, KindMeasure>> = {};
  const missingKeys: Partial<Record<RecordName, readonly string[]>> = {};
  const missing: MissingWork[] = [];
  let [done, total] = [0, 0];
  for (const {record, documents, prefix} of worksOf(model)) {
    const {keys, measure} = manifest === undefined ? NOTHING : await readKind(model.folder, record, manifest);
    if (measure !== undefined) measures[record] = measure;
    const left = documents.filter(({key}) => !keys.has(key));
    missingKeys[record] = left.map(({key}) => key);
    missing.push({
      record,
      documents: left.length,
      promptTokens: left.reduce((sum, {prompt}) => sum + prompt.length - prefix, 0),
      prefixTokens: left.length === 0 ? 0 : prefix,
    });
    total += documents.length;
    done += documents.length - left.length;
  }
  const finished =
    done === total &&
    manifest !== undefined &&
    sameTask(plan, manifest) &&
    sameCaptures(model, manifest) &&
    (await sameModel(model, manifest, home));
  return {finished, done, total, missing, missingKeys, measures};
}

/** Whether the run was made with the same task and prompts; what changed is for the run itself to refuse. */
function sameTask({task, prompts}: PlannedRun["plan"], manifest: Manifest): boolean {
  const sameData = manifest.task.dataHashes.test === task.splits.test?.hash;
  return manifest.task.hash === task.hash && manifest.prompt.hash === prompts.hash && sameData;
}

/** Whether trees, questions and hidden states were made as they are planned. */
function sameCaptures({captures}: ModelPlan, manifest: Manifest): boolean {
  const planned: Captures = Object.assign({}, ...captures.map(({about}) => about));
  const made = manifest.captures ?? {};
  const names = ["tree", "unary", "binary", "hidden"] as const;
  return names.every(
    name => planned[name] === undefined || canonicalJson(planned[name]) === canonicalJson(made[name] ?? null),
  );
}

/** Whether the run was made by the files that are planned. */
async function sameModel({source, embeddings}: ModelPlan, {model, captures}: Manifest, home: string): Promise<boolean> {
  const planned = await source.describe({home});
  if (modelChanges(model, planned).length > 0) return false;
  const encoder = embeddings === undefined ? undefined : await sha256Model(embeddings.encoder.path, {home});
  return encoder === undefined || encoder === captures?.embedding?.sha256;
}

interface FoundKind {
  readonly keys: ReadonlySet<string>;
  readonly measure?: KindMeasure;
}
const NOTHING: FoundKind = {keys: new Set()};

async function readKind(folder: string, name: RecordName, manifest: Manifest): Promise<FoundKind> {
  const path = join(folder, recordKinds[name].file);
  const session = manifest.sessions.at(-1);
  const keys = new Set<string>();
  let [milliseconds, tokens, answerTokens] = [0, 0, 0];
  for await (const record of readRecords<Records[RecordName]>(path, recordKinds[name], manifest)) {
    keys.add(record.key);
    milliseconds += "elapsedMs" in record ? record.elapsedMs : 0;
    if ("answer" in record) {
      answerTokens += record.answer.tokens.length;
      tokens += record.promptTokens - (session?.sharedPrefixTokens ?? 0) + record.answer.tokens.length;
    } else if ("evaluatedTokens" in record) tokens += record.evaluatedTokens;
  }
  if (keys.size === 0) return NOTHING;
  const beside = matrixFiles[name];
  const bytes = (await sizeOf(path)) + (beside === undefined ? 0 : await sizeOf(join(folder, beside)));
  // Documents side by side share the time: each one's clock ran for all of them.
  const seconds = milliseconds / 1000 / Math.max(1, session?.sequences ?? 1);
  return {keys, measure: {documents: keys.size, seconds, tokens, answerTokens, bytes}};
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
