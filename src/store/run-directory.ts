import {existsSync} from "node:fs";
import {mkdir, rename} from "node:fs/promises";
import {join} from "node:path";
import {acquireLock, type Lock} from "../catalog/lock.ts";
import {LabelscopeError} from "../errors.ts";
import type {Manifest, SessionRecord} from "../records/manifest.ts";
import type {Trace} from "../records/trace.ts";
import {LOGITS, LogitsWriter} from "./logits-file.ts";
import {readManifest, writeManifest} from "./manifest-file.ts";
import {readTraces, TRACES, TraceWriter} from "./trace-file.ts";

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
 * @throws `run-locked` where another process works on it, `run-changed` naming what is not as it was
 */
export async function openRun(options: OpenRunOptions): Promise<OpenRun> {
  const {folder, logitsColumns} = options;
  await mkdir(folder, {recursive: true});
  const lock = await lockRun(folder);
  const notices: string[] = [];
  try {
    if (options.fresh) notices.push(...(await moveAside(folder)));
    const before = await readManifest(folder);
    if (before !== undefined) refuseChanges(folder, before, options.manifest);
    const {writer, torn} = await TraceWriter.open(join(folder, TRACES));
    if (torn) notices.push("the last line of traces.jsonl was cut off in mid-write: it was dropped and is captured again");
    const done = new Set<string>();
    let rows = 0;
    for await (const trace of readTraces(join(folder, TRACES))) {
      done.add(trace.key);
      for (const step of trace.steps) rows = Math.max(rows, (step.logitsRow ?? -1) + 1);
    }
    const manifest = before ?? options.manifest;
    await writeManifest(folder, {...manifest, sessions: [...manifest.sessions, options.session]});
    const logitsFile = logitsColumns === undefined ? undefined : await LogitsWriter.open(join(folder, LOGITS), logitsColumns, rows);
    return {
      folder,
      done,
      notices,
      append: async (trace, logits) => {
        const first = logitsFile === undefined ? undefined : await logitsFile.append(logits);
        const steps = first === undefined ? trace.steps : trace.steps.map((step, i) => ({...step, logitsRow: first + i}));
        await writer.append({...trace, steps});
      },
      [Symbol.asyncDispose]: async () => {
        await writer[Symbol.asyncDispose]();
        await logitsFile?.[Symbol.asyncDispose]();
        await lock[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await lock[Symbol.asyncDispose]();
    throw error;
  }
}

async function lockRun(folder: string): Promise<Lock> {
  return await acquireLock(join(folder, LOCK), {
    onWait: holder => {
      throw new LabelscopeError({
        code: "run-locked",
        message: `another process (pid ${holder.pid}, since ${holder.since}) is working on ${folder}`,
        next: ["wait for it to end", "--out DIR for a run of its own, or --shard to divide the documents"],
        facts: {folder, pid: holder.pid},
      });
    },
  });
}

async function moveAside(folder: string): Promise<string[]> {
  const moved: string[] = [];
  for (let number = 1; moved.length === 0; number++) {
    const place = join(folder, `replaced-${number}`);
    if (existsSync(place)) continue;
    const files = ["manifest.json", TRACES, LOGITS].filter(file => existsSync(join(folder, file)));
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
    [`the model file ${manifest.model.file}`]: manifest.model.sha256,
    "the LoRA adapter": adapter === undefined ? undefined : [adapter.sha256, adapter.scale],
    "the task file": manifest.task.hash,
    "the training data (or the demonstrations drawn from it)": manifest.prompt.hash,
    "the test data": manifest.task.dataHashes.test,
    "the calibration data": manifest.task.dataHashes.calibration,
    "the engine, its backend or its reader": manifest.engine,
  };
}

function refuseChanges(folder: string, before: Manifest, now: Manifest): void {
  const then = contents(before);
  const changed = Object.entries(contents(now)).filter(([name, value]) => JSON.stringify(then[name]) !== JSON.stringify(value));
  if (changed.length === 0) return;
  throw new LabelscopeError({
    code: "run-changed",
    message: `${folder} was begun with other contents`,
    details: changed.map(([name]) => `changed: ${name}`),
    next: ["--out DIR begins a run of its own", "--fresh moves the old run aside and begins anew"],
    facts: {folder, changed: changed.map(([name]) => name)},
  });
}
