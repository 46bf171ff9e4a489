import {existsSync} from "node:fs";
import {rm} from "node:fs/promises";
import {join} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {makeFolder} from "../make-folder.ts";
import type {PulledRecord} from "../records/catalog.ts";
import type {Catalog} from "./catalog.ts";
import {diskFull, isDiskFull, type Statfs} from "./disk-space.ts";
import {fetchFiles} from "./fetch-files.ts";
import {namedPaths} from "./gguf/part-name.ts";
import {sha256Files} from "./hash.ts";
import {modelsFolder} from "./home.ts";
import {findEmbedded, findInstalled, type InstalledModel} from "./installed.ts";
import {acquireLock, type Lock} from "./lock.ts";
import {discard} from "./partial.ts";
import {checksumMismatch, embeddedMissing, homeUnwritable, nameTaken, noSourceWorked} from "./pull-errors.ts";
import type {PullTarget} from "./pull-target.ts";
import {putInPlace} from "./put-in-place.ts";
import {fileSources} from "./source/files.ts";
import {describeSource, type RemoteSource} from "./source/index.ts";

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
  /** What may be fetched and unpacked at most, in bytes, all files of a model together. */
  readonly maxBytes?: number;
  readonly onProgress?: (event: PullProgress) => void;
  /** One line for a person: waiting for another pull, a source that failed while another is tried. */
  readonly onNotice?: (line: string) => void;
  readonly statfs?: Statfs;
  readonly retryDelaysMs?: readonly number[];
  readonly stallMs?: number;
}

/** A model that is there now; of several files `path` is the first. `embedded` ships with labelscope; `present` was pulled before and still matches. */
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
 * A model in several files is fetched as one: all of them or none get their names. Interrupted downloads are kept and continued. One pull of a model runs at a time; a second one waits for it and then
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
  for (const source of sources) fileSources(source); // A later part is answered before anything is asked for.
  const before = await presentModel(target, options);
  if (before !== undefined) return before;
  const work = join(modelsFolder(options.home), ".partial");
  await makeFolder(work).catch(cause => {
    throw isDiskFull(cause) ? diskFull({folder: work}, cause) : homeUnwritable(work, cause);
  });
  await using lock = await acquireLock(join(work, `${id}.lock`), {
    signal: options.signal,
    onWait: holder => options.onNotice?.(`${id}: waiting for process ${holder.pid}, which is pulling it`),
    onTakeOver: line => options.onNotice?.(`${id}: ${line}`),
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
    const paths = namedPaths(installed.path);
    if (!paths.every(path => existsSync(path))) {
      options.onNotice?.(`${target.id}: of its ${paths.length} files some are not there, so it is fetched again`);
      return undefined;
    }
    const found = await sha256Files(paths, {home, signal, onProgress: progressOf(target.id, "verify", options)});
    if (found !== expected) {
      options.onNotice?.(`${target.id}: what is in the cache has another checksum, so it is fetched again`);
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
      if (!(error instanceof LabelscopeError) || isFinal(error)) throw error;
      failures.push({source: describeSource(source), error});
      if (index + 1 < sources.length) work.onNotice?.(`${target.id}: ${error.message}; trying the next source`);
    }
  }
  throw noSourceWorked(target.id, failures);
}

/** Whether no other source could do better. */
function isFinal({code}: LabelscopeError): boolean {
  return code === "disk-full" || code === "model-locked" || code === "source-too-big";
}

async function fromSource(target: PullTarget, source: RemoteSource, work: Work): Promise<Pulled> {
  for (;;) {
    const files = await fetchFiles(target, source, {
      ...work,
      progress: (stage, before) => {
        const report = progressOf(target.id, stage, work);
        return (done, total) => report(before + done, target.sizeBytes ?? total);
      },
    });
    const [only] = files;
    const whole = files.length === 1 ? only?.sha256 : undefined;
    const paths = files.map(({file}) => file.path);
    const verify = progressOf(target.id, "verify", work);
    const found = whole ?? (await sha256Files(paths, {signal: work.signal, onProgress: verify}));
    if (target.sha256 === undefined || found === target.sha256) return await putInPlace(target, files, found, work);
    for (const {file} of files) await discard(file);
    // A part left over from an earlier run may have been wrong: one attempt from the beginning tells.
    if (!files.some(({fetched}) => fetched.resumed)) {
      const {id, sha256: expected} = target;
      throw checksumMismatch({id, source: only?.fetched.origin ?? describeSource(source), expected, found});
    }
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
