import {existsSync} from "node:fs";
import {mkdir, rename} from "node:fs/promises";
import {join} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {makeFolder} from "../make-folder.ts";
import type {Manifest, SessionRecord} from "../records/manifest.ts";
import type {NamedRecord, RecordName} from "../records/run-records.ts";
import {TRACE_SCHEMA} from "../records/schema-version.ts";
import {completeLength} from "./complete-lines.ts";
import {explainFileError} from "./disk-full.ts";
import {MANIFEST, readManifest, writeManifest} from "./manifest-file.ts";
import {type OpenRecords, openRecords} from "./open-records.ts";
import {matrixFiles, recordKinds, recordNames} from "./record-kinds.ts";
import {refuseChanges} from "./refuse-changes.ts";
import {repairRecords} from "./repair.ts";
import {lockRun} from "./run-lock.ts";
import {runRemoved} from "./still-there.ts";
import {TRACES} from "./trace-file.ts";

export interface OpenRunOptions {
  readonly folder: string;
  /** How the run is made now; compared with how it was begun. */
  readonly manifest: Manifest;
  readonly session: SessionRecord;
  /** Moves an existing run aside and begins anew. */
  readonly fresh: boolean;
  /** Moves damaged lines aside, so that their documents are captured again. */
  readonly repair?: boolean;
  /** Columns of the full-logits file; absent where none is written. */
  readonly logitsColumns?: number;
}

/** A run that this process alone writes to. */
export interface OpenRun extends AsyncDisposable {
  readonly folder: string;
  /** Content hashes of the documents of which this record is there. */
  done(name: RecordName): ReadonlySet<string>;
  /** Things a person should know: a torn line that was dropped, an old run moved aside. */
  readonly notices: readonly string[];
  /** @param rows full logits of a trace's label steps, or a document's hidden state or embedding */
  append(entry: NamedRecord, rows?: readonly Float32Array[]): Promise<void>;
  /**
   * Everything appended is on the disk. To be called when a run ends well: closing it says nothing.
   *
   * @throws `disk-full`, `run-not-writable` where the disk did not take it; `run-removed` where a file is no longer there
   */
  settle(): Promise<void>;
}

/**
 * Opens or begins a run: takes its lock, checks that it is still the same run, drops torn last lines. Files are opened
 * for the traces and for the captures that the manifest names.
 *
 * @throws `run-locked` where another process works on it, `run-changed` naming what is not as it was, `no-manifest` for
 *   traces that nothing describes, `record-damaged`, `run-not-writable`, `disk-full`
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
  await makeFolder(folder);
  const notices: string[] = [];
  held.push(await lockRun(folder, line => notices.push(line)));
  if (options.fresh) for (const one of await moveAside(folder)) notices.push(one);
  const before = await readManifest(folder);
  if (before !== undefined) refuseChanges(folder, before, options.manifest);
  else if ((await completeLength(join(folder, TRACES))) > 0) throw noManifest(folder);
  const captures = options.manifest.captures ?? {};
  const columns: Partial<Record<RecordName, number | undefined>> = {
    trace: logitsColumns,
    hidden: captures.hidden?.columns,
    embedding: captures.embedding?.columns,
  };
  const manifest: Manifest = {...(before ?? options.manifest), schema: TRACE_SCHEMA};
  const repaired = options.repair === true ? await repairRecords({folder, manifest}, columns) : [];
  for (const remark of repaired) notices.push(remark);
  const files = new Map<RecordName, OpenRecords>();
  for (const name of recordNames.filter(each => each === "trace" || captures[each] !== undefined)) {
    const file = await openRecords({folder, manifest}, name, columns[name], held);
    if (file.torn) notices.push(tornLine(name));
    files.set(name, file);
  }
  const fileOf = (name: RecordName) => {
    const file = files.get(name);
    if (file === undefined) throw new RangeError(`the manifest of ${folder} names no capture of ${name}`);
    return file;
  };
  if (before?.schema === 1) notices.push(UNSEALED);
  const {tooLong: _earlier, ...kept} = manifest;
  await writeManifest(folder, {
    ...kept,
    ...(options.manifest.title === undefined ? {} : {title: options.manifest.title}),
    ...(options.manifest.planned === undefined ? {} : {planned: options.manifest.planned}),
    ...(options.manifest.tooLong === undefined ? {} : {tooLong: options.manifest.tooLong}),
    ...(options.manifest.captures === undefined ? {} : {captures: {...manifest.captures, ...captures}}),
    sessions: [...manifest.sessions, options.session],
  });
  return {
    folder,
    notices,
    done: name => fileOf(name).done,
    append: async (entry, rows = []) => await fileOf(entry.name).append(entry, rows),
    settle: async () => {
      for (const file of files.values()) await file.settle();
      if (!existsSync(join(folder, MANIFEST))) throw runRemoved(join(folder, MANIFEST));
    },
  };
}

const UNSEALED =
  "what this run held before was written without checksums (schema 1): it is kept, and what is added now carries them";

function tornLine(name: RecordName): string {
  const {file} = recordKinds[name];
  return `the last line of ${file} was cut off in mid-write: it was dropped and is captured again`;
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
    const records = recordNames.map(name => recordKinds[name].file);
    const files = [...records, ...Object.values(matrixFiles), MANIFEST].filter(file => existsSync(join(folder, file)));
    if (files.length === 0) return [];
    await mkdir(place);
    for (const file of files) await rename(join(folder, file), join(place, file));
    moved.push(`--fresh: the earlier run was moved to ${place}`);
  }
  return moved;
}
