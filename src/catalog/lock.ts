import {randomUUID} from "node:crypto";
import {constants, copyFile, link, readdir, readFile, rename, rm, writeFile} from "node:fs/promises";
import {hostname} from "node:os";
import {basename, dirname, join} from "node:path";
import {setTimeout as sleep} from "node:timers/promises";
import {z} from "zod";
import {LabelscopeError} from "../errors.ts";
import {endOf, ownMark} from "../process-mark.ts";

const holderSchema = z.object({
  pid: z.int().positive(),
  host: z.string(),
  since: z.string(),
  token: z.string(),
  /** When the process and its computer started; absent where that cannot be had, and in locks of earlier versions. */
  start: z.string().optional(),
  boot: z.string().optional(),
});
export type LockHolder = z.infer<typeof holderSchema>;

export interface LockOptions {
  /** Called once when somebody else holds the lock and this call begins to wait. */
  readonly onWait?: (holder: LockHolder) => void;
  /** Called with a line for a person when the lock of a process that is gone was taken over. */
  readonly onTakeOver?: (line: string) => void;
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
 * Waits while a living process of this computer holds it. A lock whose process is dead is taken over, also where its
 * number is another process's by now. A lock of another computer (a shared home) cannot be checked, so it is refused with
 * the name of its holder. What killed processes left beside the lock is removed.
 *
 * @throws `model-locked` for a lock of another computer, and the signal's reason when the wait is aborted
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<Lock> {
  const since = new Date().toISOString();
  const own: LockHolder = {...(await ownMark()), host: hostname(), since, token: randomUUID()};
  const draft = `${path}.${own.token}`;
  await writeFile(draft, JSON.stringify(own));
  try {
    let told = false;
    // A hard link appears whole or not at all: no one ever reads a lock file that is half written.
    while (!(await tryLink(draft, path, own))) {
      options.signal?.throwIfAborted();
      const holder = await readHolder(path);
      if (holder === undefined) continue;
      if (holder.host !== own.host) throw heldElsewhere(path, holder);
      const end = await endOf(holder);
      if (end !== undefined) {
        if (await takeAway(path, holder, own.token)) options.onTakeOver?.(tookOver(holder, end));
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
  await removeLeftovers(path);
  const isHeld = async () => (await readHolder(path))?.token === own.token;
  return {
    isHeld,
    [Symbol.asyncDispose]: async () => {
      if (await isHeld()) await rm(path, {force: true});
    },
  };
}

async function tryLink(draft: string, path: string, own: LockHolder): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    if (hasCode(error, "ENOENT")) {
      // Another process met the draft while it was being written, and took it for a leftover.
      await writeFile(draft, JSON.stringify(own));
      return false;
    }
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

/** Removes a dead holder's lock, and gives back one that another process had just put in its place: then it is false. */
async function takeAway(path: string, dead: LockHolder, token: string): Promise<boolean> {
  const aside = `${path}.${token}.stale`;
  try {
    await rename(path, aside);
  } catch {
    return false; // Somebody else was faster.
  }
  const isTheirs = (await readHolder(aside))?.token === dead.token;
  if (!isTheirs) await link(aside, path).catch(() => {});
  await rm(aside, {force: true});
  return isTheirs;
}

function tookOver({pid, since}: LockHolder, end: string): string {
  return since === ""
    ? "a lock that cannot be read was taken over: no process wrote it whole"
    : `the lock of process ${pid}, since ${since}, was taken over: ${end}`;
}

/** Removes drafts of the lock, and locks taken away, of processes of this computer that are gone. */
async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(`${basename(path)}.`) || !/\.[0-9a-f-]{36}(?:\.stale)?$/.test(name)) continue;
    const left = join(folder, name);
    const holder = await readHolder(left).catch(() => undefined);
    if (holder?.host !== hostname() || (await endOf(holder)) === undefined) continue;
    await rm(left, {force: true}).catch(() => {});
  }
}

function heldElsewhere(path: string, holder: LockHolder): LabelscopeError {
  return new LabelscopeError({
    code: "model-locked",
    message: `process ${holder.pid} on ${holder.host} holds ${path} since ${holder.since}`,
    next: ["wait for it and repeat the command", `if it is gone for good, remove ${path}`],
    facts: {path, ...holder},
  });
}
