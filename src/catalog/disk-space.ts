import {statfs} from "node:fs/promises";
import {LabelscopeError} from "../errors.ts";
import {formatBytes} from "./format-bytes.ts";

/** What is asked of the file system: bytes in a block, and blocks that an ordinary user may still take. */
export type Statfs = (path: string) => Promise<{bsize: number; bavail: number}>;

/** Left free beside a download, so that a pull never fills a disk to the last byte. */
export const spareBytes = 64 * 1024 * 1024;

/** Bytes that an ordinary user may still write in this folder; `undefined` where the file system does not say. */
export async function availableBytes(folder: string, ask: Statfs = statfs): Promise<number | undefined> {
  try {
    const answer = await ask(folder);
    return answer.bsize * answer.bavail;
  } catch {
    // Some network file systems do not answer; a write that fails is still reported as disk-full.
    return undefined;
  }
}

/**
 * Refuses to begin what would not fit.
 *
 * @throws `disk-full`, with both sizes, when fewer than `neededBytes` plus a small reserve are available
 */
export async function ensureSpace(folder: string, neededBytes: number, ask: Statfs = statfs): Promise<void> {
  const available = await availableBytes(folder, ask);
  if (available === undefined || available >= neededBytes + spareBytes) return;
  throw diskFull({folder, neededBytes: neededBytes + spareBytes, availableBytes: available});
}

/** The error for a disk that is or would become full. */
export function diskFull(
  facts: {folder: string; neededBytes?: number; availableBytes?: number},
  cause?: unknown,
): LabelscopeError {
  const {neededBytes: needed, availableBytes: available} = facts;
  const amounts =
    needed === undefined || available === undefined
      ? []
      : [`needed ${formatBytes(needed)}, available ${formatBytes(available)}`];
  return new LabelscopeError({
    code: "disk-full",
    message: `not enough space in ${facts.folder}`,
    details: amounts,
    next: ["free some space and repeat the command: what has arrived is kept", "LABELSCOPE_HOME=DIR for another disk"],
    facts,
    cause,
  });
}

/** Whether an error of a write means that the disk or the quota is full. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
