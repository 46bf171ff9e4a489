import {createHash} from "node:crypto";
import {open, readFile, rename, stat, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {z} from "zod";
import {LabelscopeError} from "../errors.ts";
import {makeFolder} from "../make-folder.ts";
import {sha256Schema} from "../records/catalog.ts";
import {readModelFiles} from "./gguf/model-files.ts";

export interface HashOptions {
  /** The cache folder of labelscope: a file that did not change since it was hashed is not read again. */
  readonly home?: string;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  readonly signal?: AbortSignal;
}

const cachedHashSchema = z.object({identity: z.string(), sha256: sha256Schema});

/** A file written less than this long ago could change again within the same clock tick: its hash is not kept. */
const settledMs = 2000;

/**
 * SHA-256 of a file, as 64 lower-case hex digits, read in pieces of 1 MiB.
 *
 * With `home`, the answer is kept under the path, size, inode, and the times of the last change of content and of
 * metadata, to the nanosecond: a file that was replaced or edited is read anew. `verify` leaves `home` out.
 *
 * @throws `file-missing` where there is no readable file, `file-changed` where it changed while it was read, and the
 *   signal's reason when it is aborted
 */
export async function sha256File(path: string, options: HashOptions = {}): Promise<string> {
  return await sha256Files([path], options);
}

/** The identity of a model: SHA-256 over all its files in order. Of several files the first one is named. */
export async function sha256Model(path: string, options: HashOptions = {}): Promise<string> {
  return await sha256Files(readModelFiles(path).paths, options);
}

/**
 * SHA-256 of files one after another, as of one file that they are the pieces of: what `cat FILES | sha256sum` prints. It
 * is the identity of a model, whether it is one file or several; kept and thrown as `sha256File` does, over all files.
 */
export async function sha256Files(paths: readonly string[], options: HashOptions = {}): Promise<string> {
  const before = await identifyAll(paths);
  const slot = options.home === undefined ? undefined : cacheSlot(options.home, paths);
  if (slot !== undefined) {
    const kept = await readSlot(slot);
    if (kept?.identity === before.identity) return kept.sha256;
  }
  const sha256 = await hashContent(paths, before.sizeBytes, options);
  const after = await identifyAll(paths);
  if (after.identity !== before.identity) {
    throw new LabelscopeError({
      code: "file-changed",
      message: `${paths.join(", ")} changed while it was read`,
      next: "wait until whatever writes it is done, then repeat the command",
      facts: {paths},
    });
  }
  if (slot !== undefined && Date.now() - before.changedMs > settledMs) await writeSlot(slot, before.identity, sha256);
  return sha256;
}

/** What `sha256Files` has kept under `home`; `undefined` if it would have to read the files. */
export async function keptSha256(paths: readonly string[], home: string): Promise<string | undefined> {
  const {identity} = await identifyAll(paths);
  const kept = await readSlot(cacheSlot(home, paths));
  return kept?.identity === identity ? kept.sha256 : undefined;
}

type Identity = Awaited<ReturnType<typeof identify>>;

async function identifyAll(paths: readonly string[]): Promise<Identity> {
  const all = await Promise.all(paths.map(identify));
  return {
    identity: all.map(({identity}) => identity).join("|"),
    sizeBytes: all.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
    changedMs: all.reduce((latest, {changedMs}) => Math.max(latest, changedMs), 0),
  };
}

async function identify(path: string): Promise<{identity: string; sizeBytes: number; changedMs: number}> {
  try {
    const facts = await stat(path, {bigint: true});
    if (!facts.isFile()) throw new Error("not a file");
    return {
      identity: [facts.size, facts.dev, facts.ino, facts.mtimeNs, facts.ctimeNs].join(":"),
      sizeBytes: Number(facts.size),
      changedMs: Math.max(Number(facts.mtimeMs), Number(facts.ctimeMs)),
    };
  } catch (cause) {
    throw new LabelscopeError({
      code: "file-missing",
      message: `cannot read ${path}`,
      details: [cause instanceof Error ? cause.message : String(cause)],
      next: "check the path and its permissions",
      facts: {path},
      cause,
    });
  }
}

async function hashContent(paths: readonly string[], totalBytes: number, options: HashOptions): Promise<string> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  let done = 0;
  for (const path of paths) {
    await using file = await open(path, "r");
    for (;;) {
      options.signal?.throwIfAborted();
      const {bytesRead} = await file.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      done += bytesRead;
      options.onProgress?.(done, totalBytes);
    }
  }
  return hash.digest("hex");
}

function cacheSlot(home: string, paths: readonly string[]): string {
  const name = paths.map(path => resolve(path)).join("\n");
  return join(home, "hashes", `${createHash("sha256").update(name).digest("hex").slice(0, 32)}.json`);
}

async function readSlot(slot: string): Promise<z.infer<typeof cachedHashSchema> | undefined> {
  try {
    return cachedHashSchema.safeParse(JSON.parse(await readFile(slot, "utf8"))).data;
  } catch {
    return undefined; // Absent or torn: the file is simply hashed again.
  }
}

async function writeSlot(slot: string, identity: string, sha256: string): Promise<void> {
  const temporary = `${slot}.${process.pid}`;
  try {
    await makeFolder(resolve(slot, ".."));
    await writeFile(temporary, JSON.stringify({identity, sha256}));
    await rename(temporary, slot);
  } catch {
    // A cache that cannot be written (a read-only home) costs time, never the answer.
  }
}
