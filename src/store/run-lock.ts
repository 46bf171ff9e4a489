import {readdir} from "node:fs/promises";
import {join} from "node:path";
import {acquireLock, type Lock} from "../catalog/lock.ts";
import {LabelscopeError} from "../errors.ts";
import {removeDrafts} from "../write-whole.ts";

export const LOCK = "lock";

/**
 * Holds a run's folder against other processes, and removes what killed ones left half-written there.
 *
 * @param onTakeOver called with a line for a person where the lock was that of a process that is gone
 * @throws `run-locked` where another process works on it
 */
export async function lockRun(folder: string, onTakeOver: (line: string) => void): Promise<Lock> {
  const lock = await acquireLock(join(folder, LOCK), {
    onTakeOver,
    onWait: holder => {
      throw runLocked(folder, {pid: holder.pid, since: holder.since});
    },
  }).catch(error => {
    if (!(error instanceof LabelscopeError) || error.code !== "model-locked") throw error;
    // Held from another computer, whose processes cannot be seen from here.
    throw runLocked(folder, error.facts);
  });
  await removeDrafts(folder, "all");
  return lock;
}

/**
 * Removes the lock and the drafts that a killed command left in the folder of a run with which nothing is to be done: nobody
 * else would. A run that another process works on, or that may only be read, stays as it is.
 */
export async function tidyRun(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  if (!names.some(name => name.startsWith(LOCK) || name.endsWith(".draft"))) return;
  const lock = await lockRun(folder, () => {}).catch(() => undefined);
  await lock?.[Symbol.asyncDispose]();
}

function runLocked(folder: string, holder: Readonly<Record<string, unknown>>): LabelscopeError {
  const {pid, since, host} = holder;
  const elsewhere = host === undefined ? "" : ` on ${host}`;
  return new LabelscopeError({
    code: "run-locked",
    message: `another process (pid ${pid}${elsewhere}, since ${since}) is working on ${folder}`,
    next: [
      "wait for it to end",
      "--out DIR for a run of its own (of a study: --runs DIR), or --shard to divide the documents",
      ...(host === undefined ? [] : [`if it is gone for good, remove ${join(folder, LOCK)}`]),
    ],
    facts: {folder, pid, ...(host === undefined ? {} : {host})},
  });
}
