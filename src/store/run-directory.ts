import {existsSync} from "node:fs";
import {mkdir, rename} from "node:fs/promises";
import {join} from "node:path";
import {acquireLock, type Lock} from "../catalog/lock.ts";
import {LabelscopeError} from "../errors.ts";
import type {Manifest, SessionRecord} from "../records/manifest.ts";
import type {Trace} from "../records/trace.ts";
import {canonicalJson} from "../task/hash.ts";
import {explainFileError} from "./disk-full.ts";
import {LOGITS, LogitsWriter} from "./logits-file.ts";
import {MANIFEST, readManifest, writeManifest} from "./manifest-file.ts";
import {RecordWriter} from "./record-file.ts";
import {readTraces, TRACES} from "./trace-file.ts";

export const LOCK = "lock";

export interface OpenRunOptions {
  readonly folder: string;
  /** How the run is made now; compared with how it was begun. */
  readonly manifest: Manifest;
  readonly session: SessionRecord;
  /** Moves an existing run aside and begins anew. */
  readonly fresh: boolean;
  /** Columns of the full-logits file; absent where none is written. */
  readonly logitsColumns?: number;
}

/** A run that this process alone writes to. */
export interface OpenRun extends AsyncDisposable {
  readonly folder: string;
  /** Content hashes of the documents that are done. */
  readonly done: ReadonlySet<string>;
  /** Things a person should know: a torn line that was dropped, an old run moved aside. */
  readonly notices: readonly string[];
  append(trace: Trace, logits: readonly Float32Array[]): Promise<void>;
}

/**
 * Opens or begins a run: takes its lock, checks that it is still the same run, drops a torn last line.
 *
 * @throws `run-locked` where another process works on it, `run-changed` naming what is not as it was, `no-manifest` for
 *   traces that nothing describes, `run-not-writable`, `disk-full`
 */
export async function openRun(options: OpenRunOptions): Promise<OpenRun> {
  const held: AsyncDisposable[] = [];
  const release = async () => {
    for (const one of held.splice(0).reverse()) await one[Symbol.asyncDispose]();
  };
  try {
    return {...(await open(options, held)), [Symbol.asyncDispose]: release};
  } catch (error) {
    await release();
    throw explainFileError(options.folder, error);
  }
}

/** @param held takes everything that must be closed when the run is */
async function open(options: OpenRunOptions, held: AsyncDisposable[]): Promise<Omit<OpenRun, keyof AsyncDisposable>> {
  const {folder, logitsColumns} = options;
  await mkdir(folder, {recursive: true});
  held.push(await lockRun(folder));
  const notices: string[] = [];
  if (options.fresh) notices.push(...(await moveAside(folder)));
  const before = await readManifest(folder);
  if (before !== undefined) refuseChanges(folder, before, options.manifest);
  const {writer, torn} = await RecordWriter.open<Trace>(join(folder, TRACES));
  held.push(writer);
  if (torn)
    notices.push("the last line of traces.jsonl was cut off in mid-write: it was dropped and is captured again");
  const done = new Set<string>();
  let rows = 0;
  for await (const trace of readTraces(join(folder, TRACES))) {
    done.add(trace.key);
    for (const step of trace.steps) rows = Math.max(rows, (step.logitsRow ?? -1) + 1);
  }
  if (before === undefined && done.size > 0) throw noManifest(folder);
  const manifest = before ?? options.manifest;
  const logitsFile =
    logitsColumns === undefined ? undefined : await LogitsWriter.open(join(folder, LOGITS), logitsColumns, rows);
  if (logitsFile !== undefined) held.push(logitsFile);
  await writeManifest(folder, {...manifest, sessions: [...manifest.sessions, options.session]});
  return {
    folder,
    done,
    notices,
    append: async (trace, logits) => {
      const first = logitsFile === undefined ? undefined : await logitsFile.append(logits);
      const steps = first === undefined ? trace.steps : trace.steps.map((step, i) => ({...step, logitsRow: first + i}));
      await writer.append({...trace, steps});
    },
  };
}

async function lockRun(folder: string): Promise<Lock> {
  return await acquireLock(join(folder, LOCK), {
    onWait: holder => {
      throw runLocked(folder, {pid: holder.pid, since: holder.since});
    },
  }).catch(error => {
    if (!(error instanceof LabelscopeError) || error.code !== "model-locked") throw error;
    // Held from another computer, whose processes cannot be seen from here.
    throw runLocked(folder, error.facts);
  });
}

function runLocked(folder: string, holder: Readonly<Record<string, unknown>>): LabelscopeError {
  const {pid, since, host} = holder;
  const elsewhere = host === undefined ? "" : ` on ${host}`;
  return new LabelscopeError({
    code: "run-locked",
    message: `another process (pid ${pid}${elsewhere}, since ${since}) is working on ${folder}`,
    next: [
      "wait for it to end",
      "--out DIR for a run of its own, or --shard to divide the documents",
      ...(host === undefined ? [] : [`if it is gone for good, remove ${join(folder, LOCK)}`]),
    ],
    facts: {folder, pid, ...(host === undefined ? {} : {host})},
  });
}

function noManifest(folder: string): LabelscopeError {
  return new LabelscopeError({
    code: "no-manifest",
    message: `${folder} has ${TRACES} but no ${MANIFEST}, so nothing says how its traces were made`,
    next: [`restore ${MANIFEST} from a copy`, "--fresh moves the traces aside and begins anew"],
    facts: {folder},
  });
}

async function moveAside(folder: string): Promise<string[]> {
  const moved: string[] = [];
  for (let number = 1; moved.length === 0; number++) {
    const place = join(folder, `replaced-${number}`);
    if (existsSync(place)) continue;
    // The manifest goes last: a process killed in between never leaves traces to a manifest that is not theirs.
    const files = [TRACES, LOGITS, MANIFEST].filter(file => existsSync(join(folder, file)));
    if (files.length === 0) return [];
    await mkdir(place);
    for (const file of files) await rename(join(folder, file), join(place, file));
    moved.push(`--fresh: the earlier run was moved to ${place}`);
  }
  return moved;
}

/** What of a run's contents must not change while it is continued, by the name that a person knows. */
function contents(manifest: Manifest): Record<string, unknown> {
  const {adapter} = manifest.model;
  return {
    "the options of the run": manifest.identity,
    "the model file": manifest.model.sha256,
    "the LoRA adapter": adapter === undefined ? null : [adapter.sha256, adapter.scale],
    "the task file": manifest.task.hash,
    "the training data (or the demonstrations drawn from it)": manifest.prompt.hash,
    "the test data": manifest.task.dataHashes.test,
    "the calibration data": manifest.task.dataHashes.calibration,
  };
}

function refuseChanges(folder: string, before: Manifest, now: Manifest): void {
  const changed = [
    ...differing(contents(before), contents(now)),
    ...differing(before.engine, now.engine).map(
      fact => `the engine's ${fact} (was ${show(before.engine[fact])}, is ${show(now.engine[fact])})`,
    ),
  ];
  if (changed.length === 0) return;
  throw new LabelscopeError({
    code: "run-changed",
    message: `${folder} was begun with other contents`,
    details: changed.map(name => `changed: ${name}`),
    next: ["--out DIR begins a run of its own", "--fresh moves the old run aside and begins anew"],
    facts: {folder, changed},
  });
}

/** The names under which two records do not hold the same. */
function differing(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): string[] {
  const names = [...new Set([...Object.keys(one), ...Object.keys(other)])];
  return names.filter(name => canonicalJson(one[name] ?? null) !== canonicalJson(other[name] ?? null));
}

function show(fact: string | number | boolean | undefined): string {
  return fact === undefined ? "not said" : String(fact);
}
