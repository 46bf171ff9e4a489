import {randomUUID} from "node:crypto";
import {constants, copyFile, link, readFile, rename, rm, writeFile} from "node:fs/promises";
import {hostname} from "node:os";
import {setTimeout as sleep} from "node:timers/promises";
import {z} from "zod";
import {LabelscopeError} from "../errors.ts";

const holderSchema = z.object({pid: z.int().positive(), host: z.string(), since: z.string(), token: z.string()});
export type LockHolder = z.infer<typeof holderSchema>;

export interface LockOptions {
  /** Called once when somebody else holds the lock and this call begins to wait. */
  readonly onWait?: (holder: LockHolder) => void;
  readonly signal?: AbortSignal;
  readonly pollMs?: number;
}

/** A held lock: released by `await using`, or by hand. */
export interface Lock extends AsyncDisposable {
  /** Whether the lock file is still ours; false when somebody removed it by force. */
  readonly isHeld: () => Promise<boolean>;
}

/**
 * Holds a lock file that one process at a time can have.
 *
 * Waits while a living process of this computer holds it. A lock whose process is dead is taken over. A lock of another
 * computer (a shared home) cannot be checked, so it is refused with the name of its holder.
 *
 * @throws `model-locked` for a lock of another computer, and the signal's reason when the wait is aborted
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<Lock> {
  const own: LockHolder = {pid: process.pid, host: hostname(), since: new Date().toISOString(), token: randomUUID()};
  const draft = `${path}.${own.token}`;
  await writeFile(draft, JSON.stringify(own));
  try {
    let told = false;
    // A hard link appears whole or not at all: no one ever reads a lock file that is half written.
    while (!(await tryLink(draft, path))) {
      options.signal?.throwIfAborted();
      const holder = await readHolder(path);
      if (holder === undefined) continue;
      if (holder.host !== own.host) throw heldElsewhere(path, holder);
      if (!isAlive(holder.pid)) {
        await takeAway(path, holder, own.token);
        continue;
      }
      if (!told) options.onWait?.(holder);
      told = true;
      await sleep(options.pollMs ?? 300, undefined, {signal: options.signal}).catch(error => {
        options.signal?.throwIfAborted();
        throw error;
      });
    }
  } finally {
    await rm(draft, {force: true});
  }
  const isHeld = async () => (await readHolder(path))?.token === own.token;
  return {
    isHeld,
    [Symbol.asyncDispose]: async () => {
      if (await isHeld()) await rm(path, {force: true});
    },
  };
}

async function tryLink(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    if (!hasCode(error, "EPERM") && !hasCode(error, "ENOTSUP")) throw error;
  }
  // A file system without hard links (exFAT, some shares).
  try {
    await copyFile(draft, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** The holder; `undefined` where the lock vanished meanwhile. An unreadable lock counts as one of a dead process. */
async function readHolder(path: string): Promise<LockHolder | undefined> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
  const nobody = {pid: 2 ** 31 - 1, host: hostname(), since: "", token: ""};
  try {
    return holderSchema.safeParse(JSON.parse(text)).data ?? nobody;
  } catch {
    return nobody;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, "EPERM");
  }
}

/** Removes a dead holder's lock, and gives back one that another process had just put in its place. */
async function takeAway(path: string, dead: LockHolder, token: string): Promise<void> {
  const aside = `${path}.${token}.stale`;
  try {
    await rename(path, aside);
  } catch {
    return; // Somebody else was faster.
  }
  if ((await readHolder(aside))?.token !== dead.token) await link(aside, path).catch(() => {});
  await rm(aside, {force: true});
}

function heldElsewhere(path: string, holder: LockHolder): LabelscopeError {
  return new LabelscopeError({
    code: "model-locked",
    message: `process ${holder.pid} on ${holder.host} holds ${path} since ${holder.since}`,
    next: ["wait for it and repeat the command", `if it is gone for good, remove ${path}`],
    facts: {path, ...holder},
  });
}
