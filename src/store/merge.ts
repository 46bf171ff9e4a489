import {existsSync} from "node:fs";
import {join} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {makeFolder} from "../make-folder.ts";
import {type Captures, capturesSchema} from "../records/captures.ts";
import {splitSchema} from "../records/document.ts";
import type {Manifest} from "../records/manifest.ts";
import {canonicalJson} from "../task/hash.ts";
import {joinRecords} from "./join-records.ts";
import {MANIFEST, writeManifest} from "./manifest-file.ts";
import {LOGITS} from "./matrix-file.ts";
import {modelChanges} from "./model-contents.ts";
import {requireManifest} from "./read-run.ts";
import {recordNames} from "./record-kinds.ts";
import {lockRun} from "./run-lock.ts";
import {runName} from "./run-name.ts";

export interface Merged {
  readonly folder: string;
  readonly documents: number;
  /** Documents that several shards had captured. */
  readonly duplicates: number;
  /** Shards of the run that were not given, e.g. `3/4`; the same command without --shard captures what they would hold. */
  readonly missingShards: readonly string[];
}

/**
 * Joins runs that differ only in their shard into one run, each document once.
 *
 * @param folders run directories, at least one
 * @param outDir where the joined run's folder is made; its name is that of the run without shards
 * @throws `no-run`, `not-mergeable` with what differs, `would-overwrite`, `run-has-logits`, `run-locked`
 */
export async function mergeRuns(folders: readonly string[], outDir: string): Promise<Merged> {
  return await joinRuns(await mergeableRuns(folders, outDir));
}

/** Runs that can be joined, and where to. */
export interface Mergeable {
  readonly runs: readonly Run[];
  readonly identity: Manifest["identity"];
  readonly name: string;
  readonly folder: string;
}

/** What `mergeRuns` checks before it writes anything; throws as it does. */
export async function mergeableRuns(folders: readonly string[], outDir: string): Promise<Mergeable> {
  const runs = await Promise.all(folders.map(async folder => ({folder, manifest: await requireManifest(folder)})));
  const [first, ...others] = runs;
  if (first === undefined) throw new RangeError("mergeRuns needs at least one run");
  for (const other of others) refuseDifferences(first, other);
  const withLogits = folders.find(folder => existsSync(join(folder, LOGITS)));
  if (withLogits !== undefined) throw hasLogits(withLogits);
  const {shard: _shard, ...identity} = first.manifest.identity;
  const name = runName(identity);
  const folder = join(outDir, name);
  if (existsSync(join(folder, MANIFEST))) throw wouldOverwrite(folder);
  return {runs, identity, name, folder};
}

/** Joins runs that were found to belong together. */
export async function joinRuns({runs, identity, name, folder}: Mergeable): Promise<Merged> {
  const [first] = runs;
  if (first === undefined) throw new RangeError("joinRuns needs at least one run");
  await makeFolder(folder);
  await using _lock = await lockRun(folder, () => {});
  const captures = joinCaptures(runs);
  for (const name of recordNames) {
    if (name !== "trace" && captures?.[name] !== undefined) await joinRecords(runs, folder, name);
  }
  const {documents, duplicates} = await joinRecords(runs, folder, "trace");
  const sessions = runs.flatMap(run => run.manifest.sessions);
  const sum = (count: "seamChecks" | "seamDiffering") =>
    runs.reduce((total, {manifest}) => total + manifest.labelTokens[count], 0);
  const seams = {seamChecks: sum("seamChecks"), seamDiffering: sum("seamDiffering")};
  const planned = duplicates > 0 ? undefined : joinPlanned(runs);
  const labelTokens = {...first.manifest.labelTokens, ...seams};
  const tooLong = runs.flatMap(({manifest}) => manifest.tooLong ?? []);
  const {planned: _planned, tooLong: _tooLong, ...described} = first.manifest;
  await writeManifest(folder, {
    ...described,
    identity,
    name,
    labelTokens,
    ...(planned === undefined ? {} : {planned}),
    ...(tooLong.length === 0 ? {} : {tooLong}),
    ...(captures === undefined ? {} : {captures}),
    sessions,
  });
  return {folder, documents, duplicates, missingShards: missingShards(runs)};
}

/** What any of the runs has captured: their ways are the same where several have. */
function joinCaptures(runs: readonly Run[]): Captures | undefined {
  const all = runs.flatMap(({manifest}) => manifest.captures ?? []);
  return all.length === 0 ? undefined : capturesSchema.parse(Object.assign({}, ...all));
}

/** Documents that disjoint shards together were to hold, by split; nothing where a shard does not say. */
function joinPlanned(runs: readonly Run[]): Manifest["planned"] {
  if (runs.some(({manifest}) => manifest.planned === undefined)) return undefined;
  const joined: NonNullable<Manifest["planned"]> = {};
  for (const {manifest} of runs) {
    for (const split of splitSchema.options) {
      const count = manifest.planned?.[split];
      if (count !== undefined) joined[split] = (joined[split] ?? 0) + count;
    }
  }
  return joined;
}

/** Told where all runs are shards of the same number of them. */
function missingShards(runs: readonly Run[]): string[] {
  const shards = runs.flatMap(({manifest}) => manifest.identity.shard ?? []);
  const [count = 0, ...others] = new Set(shards.map(shard => shard.count));
  if (shards.length < runs.length || others.length > 0) return [];
  const given = new Set(shards.map(shard => shard.index));
  return Array.from({length: count}, (_, i) => i + 1)
    .filter(index => !given.has(index))
    .map(index => `${index}/${count}`);
}

const captureNames: ReadonlySet<string> = new Set(Object.keys(capturesSchema.shape));

export interface Run {
  readonly folder: string;
  readonly manifest: Manifest;
}

/** A model without where it lies, what was remarked on it, and what moves from session to session. */
function withoutPlace({remarks: _remarks, ...model}: Manifest["model"]): unknown {
  if (model.kind === "server") {
    const {probes: _probes, ...content} = model;
    return content;
  }
  const {file: _file, ...content} = model;
  return content;
}

function refuseDifferences(one: Run, other: Run): void {
  const comparable = ({manifest}: Run): Record<string, unknown> => {
    const {
      sessions: _sessions,
      created: _created,
      name: _name,
      planned: _planned,
      tooLong: _tooLong,
      captures,
      ...described
    } = manifest;
    const {identity, task, model, labelTokens, ...rest} = described;
    const {shard: _shard, task: _task, model: _model, ...options} = identity;
    // Where the files lie does not matter: shards may be captured on several computers.
    const {source: _source, ...taskContent} = task;
    const modelContent = withoutPlace(model);
    // The seam is checked on a shard's own documents.
    const {seamChecks: _checks, seamDiffering: _differing, ...tokens} = labelTokens;
    return {...rest, ...options, ...captures, task: taskContent, model: modelContent, labelTokens: tokens};
  };
  const [left, right] = [comparable(one), comparable(other)];
  // A capture that only one of them has made can be made up for.
  const both = (key: string) => !captureNames.has(key) || (key in left && key in right);
  // Of a served model the probes are held apart: they may move by what a batch moves them.
  const otherModel = modelChanges(one.manifest.model, other.manifest.model).length > 0;
  const differing = [...new Set([...Object.keys(left), ...Object.keys(right)])].filter(
    key =>
      (key === "model" && otherModel) ||
      (both(key) && canonicalJson(left[key] ?? null) !== canonicalJson(right[key] ?? null)),
  );
  if (differing.length === 0) return;
  throw new LabelscopeError({
    code: "not-mergeable",
    message: `${other.folder} is not a shard of the same run as ${one.folder}`,
    details: differing.map(key => `different: ${key}`),
    next: "merge only what one command with --shard 1/n … n/n has made",
    facts: {differing},
  });
}

function hasLogits(folder: string): LabelscopeError {
  return new LabelscopeError({
    code: "run-has-logits",
    message: `${folder} carries full logits, which merge does not join`,
    next: "capture with --full-logits in one run, without --shard",
  });
}

function wouldOverwrite(folder: string): LabelscopeError {
  return new LabelscopeError({
    code: "would-overwrite",
    message: `${folder} exists already`,
    next: "--out DIR for another place, or remove it first",
  });
}
