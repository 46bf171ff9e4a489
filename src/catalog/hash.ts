import {createHash} from "node:crypto";
import {open, readFile, rename, stat, writeFile} from "node:fs/promises";
import {join, resolve} from "node:path";
import {z} from "zod";
import {LabelscopeError} from "../errors.ts";
import {makeFolder} from "../make-folder.ts";
import {sha256Schema} from "../records/catalog.ts";

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
  const before = await identify(path);
  const slot = options.home === undefined ? undefined : cacheSlot(options.home, path);
  if (slot !== undefined) {
    const kept = await readSlot(slot);
    if (kept?.identity === before.identity) return kept.sha256;
  }
  const sha256 = await hashContent(path, before.sizeBytes, options);
  const after = await identify(path);
  if (after.identity !== before.identity) {
    throw new LabelscopeError({
      code: "file-changed",
      message: `${path} changed while it was read`,
      next: "wait until whatever writes it is done, then repeat the command",
      facts: {path},
    });
  }
  if (slot !== undefined && Date.now() - before.changedMs > settledMs) await writeSlot(slot, before.identity, sha256);
  return sha256;
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

async function hashContent(path: string, totalBytes: number, options: HashOptions): Promise<string> {
  const hash = createHash("sha256");
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  await using file = await open(path, "r");
  let done = 0;
  for (;;) {
    options.signal?.throwIfAborted();
    const {bytesRead} = await file.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return hash.digest("hex");
    hash.update(buffer.subarray(0, bytesRead));
    done += bytesRead;
    options.onProgress?.(done, totalBytes);
  }
}

function cacheSlot(home: string, path: string): string {
  return join(home, "hashes", `${createHash("sha256").update(resolve(path)).digest("hex").slice(0, 32)}.json`);
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
