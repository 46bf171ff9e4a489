import {open, rename, rm, stat, writeFile} from "node:fs/promises";
import {join} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {makeFolder} from "../make-folder.ts";
import type {PulledRecord} from "../records/catalog.ts";
import type {Catalog} from "./catalog.ts";
import {diskFull, isDiskFull, type Statfs} from "./disk-space.ts";
import {readHeader} from "./gguf/header.ts";
import {sha256File} from "./hash.ts";
import {modelsFolder} from "./home.ts";
import {findEmbedded, findInstalled, type InstalledModel} from "./installed.ts";
import {acquireLock, type Lock} from "./lock.ts";
import {discard} from "./partial.ts";
import {checksumMismatch, embeddedMissing, homeUnwritable, nameTaken, noSourceWorked, notWhole} from "./pull-errors.ts";
import type {PullTarget} from "./pull-target.ts";
import {describeSource, fetchSource, type RemoteSource} from "./source/index.ts";
import type {FetchContext, Fetched} from "./source/source.ts";

export interface PullProgress {
  readonly id: string;
  readonly stage: "download" | "verify";
  readonly doneBytes: number;
  readonly totalBytes?: number;
}

export interface PullOptions {
  readonly home: string;
  readonly catalog: Catalog;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly onProgress?: (event: PullProgress) => void;
  /** One line for a person: waiting for another pull, a source that failed while another is tried. */
  readonly onNotice?: (line: string) => void;
  readonly statfs?: Statfs;
  readonly retryDelaysMs?: readonly number[];
  readonly stallMs?: number;
}

/** A model that is there now. `embedded` ships with labelscope; `present` was pulled before and still matches. */
export interface Pulled {
  readonly id: string;
  readonly path: string;
  readonly state: "pulled" | "present" | "embedded";
  readonly record?: PulledRecord;
}

/**
 * Brings a model into the cache, from the first of its sources that works, and puts it in place only after its
 * SHA-256 was compared.
 *
 * Interrupted downloads are kept and continued. One pull of a model runs at a time; a second one waits for it and then
 * finds the model there. Where neither the catalogue, the source nor the user names a SHA-256, what arrives is believed
 * once, and the record says so.
 *
 * @throws the error of the source, or `model-not-fetched` with the reason of each; `no-network`; `checksum-mismatch`,
 *   `disk-full`, `model-locked`, `not-a-gguf`; the signal's reason when aborted
 */
export async function pullModel(target: PullTarget, options: PullOptions): Promise<Pulled> {
  const {id} = target;
  const embedded = await findEmbedded(options.catalog, id);
  if (embedded !== undefined) return {id, path: embedded, state: "embedded"};
  const sources = target.sources.filter(source => source.kind !== "embedded");
  if (sources.length === 0) throw embeddedMissing(id);
  const before = await presentModel(target, options);
  if (before !== undefined) return before;
  const work = join(modelsFolder(options.home), ".partial");
  await makeFolder(work).catch(cause => {
    throw isDiskFull(cause) ? diskFull({folder: work}, cause) : homeUnwritable(work, cause);
  });
  await using lock = await acquireLock(join(work, `${id}.lock`), {
    signal: options.signal,
    onWait: holder => options.onNotice?.(`${id}: waiting for process ${holder.pid}, which is pulling it`),
  });
  const meanwhile = await presentModel(target, options);
  if (meanwhile !== undefined) return meanwhile;
  const scratch = join(work, `${id}.scratch`);
  try {
    return await fromFirstThatWorks(target, sources, {...options, work, scratch, lock});
  } finally {
    await rm(scratch, {recursive: true, force: true});
  }
}

interface Work extends PullOptions {
  readonly work: string;
  readonly scratch: string;
  readonly lock: Lock;
}

/** The model, if it is in the cache and is what the target means. */
async function presentModel(target: PullTarget, options: PullOptions): Promise<Pulled | undefined> {
  const installed = await findInstalled(options.home, target.id);
  if (installed === undefined) return undefined;
  if (target.entry === undefined && !isSameSource(installed, target)) throw nameTaken(installed);
  const expected = target.sha256 ?? installed.record?.sha256;
  if (expected !== undefined) {
    const {home, signal} = options;
    const found = await sha256File(installed.path, {
      home,
      signal,
      onProgress: progressOf(target.id, "verify", options),
    });
    if (found !== expected) {
      options.onNotice?.(`${target.id}: the file in the cache has another checksum, so it is fetched again`);
      return undefined;
    }
  }
  const {id, path, record} = installed;
  return {id, path, state: "present", ...(record === undefined ? {} : {record})};
}

function isSameSource(installed: InstalledModel, target: PullTarget): boolean {
  const origin = installed.record?.source;
  return target.sources.some(
    source => origin === describeSource(source) || origin?.startsWith(`${describeSource(source)} at `),
  );
}

async function fromFirstThatWorks(target: PullTarget, sources: readonly RemoteSource[], work: Work): Promise<Pulled> {
  const failures: {source: string; error: LabelscopeError}[] = [];
  for (const [index, source] of sources.entries()) {
    try {
      return await fromSource(target, source, work);
    } catch (error) {
      work.signal.throwIfAborted();
      if (!(error instanceof LabelscopeError) || error.code === "disk-full" || error.code === "model-locked")
        throw error;
      failures.push({source: describeSource(source), error});
      if (index + 1 < sources.length) work.onNotice?.(`${target.id}: ${error.message}; trying the next source`);
    }
  }
  throw noSourceWorked(target.id, failures);
}

async function fromSource(target: PullTarget, source: RemoteSource, work: Work): Promise<Pulled> {
  const file = {path: join(work.work, `${target.id}.part`), statePath: join(work.work, `${target.id}.part.json`)};
  const {env, signal, scratch, statfs, retryDelaysMs, stallMs} = work;
  const context: FetchContext = {
    file,
    scratch,
    env,
    signal,
    expected: {
      ...(target.sha256 === undefined ? {} : {sha256: target.sha256}),
      ...(target.sizeBytes === undefined ? {} : {sizeBytes: target.sizeBytes}),
    },
    onProgress: progressOf(target.id, "download", work),
    ...(statfs === undefined ? {} : {statfs}),
    ...(retryDelaysMs === undefined ? {} : {retryDelaysMs}),
    ...(stallMs === undefined ? {} : {stallMs}),
  };
  for (;;) {
    const fetched = await fetchSource(source, context);
    const expected = target.sha256 ?? fetched.sha256;
    const found = await sha256File(file.path, {signal, onProgress: progressOf(target.id, "verify", work)});
    if (expected === undefined || found === expected) return putInPlace({target, fetched, sha256: found, file, work});
    await discard(file);
    // A part left over from an earlier run may have been wrong: one attempt from the beginning tells.
    if (!fetched.resumed) throw checksumMismatch({id: target.id, source: fetched.origin, expected, found});
  }
}

async function putInPlace(done: {
  target: PullTarget;
  fetched: Fetched;
  sha256: string;
  file: FetchContext["file"];
  work: Work;
}): Promise<Pulled> {
  const {target, fetched, sha256, file, work} = done;
  const {id} = target;
  try {
    // Whoever it came from: a file that ends too early or contradicts itself never gets a name.
    readHeader(file.path);
  } catch (error) {
    await discard(file);
    if (!(error instanceof LabelscopeError)) throw error;
    throw notWhole(fetched.origin, error);
  }
  const known = target.sha256 === undefined ? fetched.sha256 && "source" : target.entry ? "catalogue" : "given";
  const record: PulledRecord = {
    version: 1,
    id,
    sha256,
    sizeBytes: (await stat(file.path)).size,
    source: fetched.origin,
    checkedAgainst: known || "nobody",
    pulledAt: new Date().toISOString(),
  };
  if (!(await work.lock.isHeld())) throw lockLost(id);
  const folder = modelsFolder(work.home);
  const path = join(folder, `${id}.gguf`);
  const draft = join(work.work, `${id}.json`);
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, {flush: true});
  await rename(draft, join(folder, `${id}.json`));
  await rename(file.path, path);
  await discard(file);
  await syncFolder(folder);
  if (record.checkedAgainst === "nobody") work.onNotice?.(`${id}: no checksum was known; what arrived is ${sha256}`);
  return {id, path, state: "pulled", record};
}

function lockLost(id: string): LabelscopeError {
  return new LabelscopeError({
    code: "model-locked",
    message: `the lock of ${id} was taken away while it was pulled`,
    next: "repeat the command when no other pull of this model runs",
    facts: {id},
  });
}

/** Makes a rename last through a power cut, where the platform can. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, "r");
    await handle.sync();
  } catch {
    // Windows cannot open folders; the rename itself is still atomic.
  }
}

/** At most ten events a second, and always the last. */
function progressOf(id: string, stage: PullProgress["stage"], options: PullOptions) {
  let last = 0;
  return (doneBytes: number, totalBytes?: number) => {
    const now = performance.now();
    if (now - last < 100 && doneBytes !== totalBytes) return;
    last = now;
    options.onProgress?.({id, stage, doneBytes, ...(totalBytes === undefined ? {} : {totalBytes})});
  };
}
