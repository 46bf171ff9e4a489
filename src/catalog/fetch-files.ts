import {stat} from "node:fs/promises";
import {join} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {smallest} from "../math/extremes.ts";
import type {Statfs} from "./disk-space.ts";
import {readHeader} from "./gguf/header.ts";
import {requirePlace} from "./gguf/model-files.ts";
import {partFile} from "./gguf/part-name.ts";
import {sha256File} from "./hash.ts";
import {discard, type PartialFile} from "./partial.ts";
import {checksumMismatch, notWhole} from "./pull-errors.ts";
import type {PullTarget} from "./pull-target.ts";
import {beyondMaxSize} from "./size-limit.ts";
import {fileSources} from "./source/files.ts";
import {type FileSource, fetchSource, type RemoteSource} from "./source/index.ts";
import type {FetchContext, Fetched} from "./source/source.ts";

/** A file of a model that has arrived whole, still without its name. */
export interface ArrivedFile {
  readonly file: PartialFile;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly fetched: Fetched;
}

export interface FetchFilesOptions {
  /** Where partial files lie. */
  readonly work: string;
  readonly scratch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly maxBytes?: number;
  /** Makes the listener for one file, before which so many bytes of the model stand. */
  readonly progress: (
    stage: "download" | "verify",
    beforeBytes: number,
  ) => (doneBytes: number, totalBytes?: number) => void;
  readonly statfs?: Statfs;
  readonly retryDelaysMs?: readonly number[];
  readonly stallMs?: number;
}

/**
 * Brings the files of a model, one after another, and reads each as a GGUF as soon as it is there: a file that is cut off,
 * damaged or another part than it should be is told before the next one is asked for. On a hub all files are of the commit
 * that the first one came from.
 *
 * The SHA-256 that a source names for a file is compared here; that of the whole model by the caller.
 *
 * @throws what the source throws, `checksum-mismatch`, `model-part-foreign`, what `readHeader` throws, `source-too-big`
 */
export async function fetchFiles(
  target: PullTarget,
  source: RemoteSource,
  options: FetchFilesOptions,
): Promise<readonly ArrivedFile[]> {
  const sources = fileSources(source);
  const count = sources.length;
  const arrived: ArrivedFile[] = [];
  let beforeBytes = 0;
  for (const [index, each] of sources.entries()) {
    const name = count === 1 ? target.id : partFile(target.id, index + 1, count).replace(/\.gguf$/, "");
    const file = {path: join(options.work, `${name}.part`), statePath: join(options.work, `${name}.part.json`)};
    const pinned = pin(each, arrived[0]?.fetched.revision);
    const next = await fetchFile({...options, target, source: pinned, file, index, count, beforeBytes});
    arrived.push(next);
    beforeBytes += next.sizeBytes;
  }
  return arrived;
}

function pin(source: FileSource, revision: string | undefined): FileSource {
  return source.kind === "hf" && revision !== undefined ? {...source, revision} : source;
}

interface FileWork extends FetchFilesOptions {
  readonly target: PullTarget;
  readonly source: FileSource;
  readonly file: PartialFile;
  readonly index: number;
  readonly count: number;
  readonly beforeBytes: number;
}

async function fetchFile(work: FileWork): Promise<ArrivedFile> {
  const {target, source, file, index, count, beforeBytes, signal} = work;
  for (;;) {
    const fetched = await fetchSource(source, contextOf(work));
    const sha256 = await sha256File(file.path, {signal, onProgress: work.progress("verify", beforeBytes)});
    const expected = (count === 1 ? target.sha256 : undefined) ?? fetched.sha256;
    if (expected === undefined || sha256 === expected) {
      const sizeBytes = (await stat(file.path)).size;
      const most = work.maxBytes ?? Number.MAX_SAFE_INTEGER;
      if (beforeBytes + sizeBytes > most) throw beyondMaxSize(fetched.origin, most, beforeBytes + sizeBytes);
      await requireReadable({file, fetched, index, count});
      return {file, sha256, sizeBytes, fetched};
    }
    await discard(file);
    // A part left over from an earlier run may have been wrong: one attempt from the beginning tells.
    if (!fetched.resumed) throw checksumMismatch({id: target.id, source: fetched.origin, expected, found: sha256});
  }
}

function contextOf(work: FileWork): FetchContext {
  const {target, file, scratch, env, signal, count, beforeBytes, statfs, retryDelaysMs, stallMs} = work;
  const left = [work.maxBytes, count === 1 ? undefined : target.sizeBytes].flatMap(bytes =>
    bytes === undefined ? [] : [Math.max(0, bytes - beforeBytes)],
  );
  // What is known of the whole model is known of a file only where it is the only one.
  const {sha256, sizeBytes}: PullTarget = count === 1 ? target : {id: target.id, sources: target.sources};
  return {
    file,
    scratch,
    env,
    signal,
    expected: {...(sha256 === undefined ? {} : {sha256}), ...(sizeBytes === undefined ? {} : {sizeBytes})},
    onProgress: work.progress("download", beforeBytes),
    ...(left.length === 0 ? {} : {limitBytes: smallest(left)}),
    ...(statfs === undefined ? {} : {statfs}),
    ...(retryDelaysMs === undefined ? {} : {retryDelaysMs}),
    ...(stallMs === undefined ? {} : {stallMs}),
  };
}

/** Whoever it came from: a file that ends too early or contradicts itself never gets a name. */
async function requireReadable({
  file,
  fetched,
  index,
  count,
}: {
  file: PartialFile;
  fetched: Fetched;
  index: number;
  count: number;
}): Promise<void> {
  try {
    requirePlace(readHeader(file.path), index, count);
  } catch (error) {
    await discard(file);
    throw error instanceof LabelscopeError ? notWhole(fetched.origin, error) : error;
  }
}
