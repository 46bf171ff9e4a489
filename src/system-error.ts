import {LabelscopeError} from "./errors.ts";

interface Reason {
  /** Ends a sentence that begins with the file. */
  readonly why: string;
  readonly next: string;
}

/** What the operating system refuses, by its name for it. */
const REASONS: ReadonlyMap<string, Reason> = new Map([
  ["EACCES", {why: "permission denied", next: "change its permissions, or name another file or folder"}],
  ["EPERM", {why: "permission denied", next: "change its permissions, or name another file or folder"}],
  ["EROFS", {why: "the file system is read-only", next: "name a place that can be written"}],
  ["ENOTDIR", {why: "a part of its path is a file", next: "name another path"}],
  ["EEXIST", {why: "a file has its name, or a link that leads nowhere", next: "remove that, or name another path"}],
  ["EISDIR", {why: "a folder stands in the place of a file", next: "name a file"}],
  ["ENAMETOOLONG", {why: "its path is too long", next: "name a shorter path"}],
  ["ELOOP", {why: "its links lead in a circle", next: "name the file that is meant"}],
  ["ENOENT", {why: "it is not there, or its file system makes no files there", next: "name a path that is there"}],
  ["ENOSPC", {why: "no space is left", next: "free some space and repeat the command"}],
  ["EDQUOT", {why: "no space is left", next: "free some space and repeat the command"}],
  [
    "EIO",
    {
      why: "the disk or the device gave an error",
      next: "look whether the disk is sound, or copy the file to another one",
    },
  ],
  ["ENXIO", {why: "it is no ordinary file", next: "name a file"}],
  ["EINVAL", {why: "its file system refuses this", next: "copy it to an ordinary disk"}],
  ["EBUSY", {why: "another program holds it", next: "close that program and repeat the command"}],
  ["ESTALE", {why: "its file server lost it", next: "repeat the command, or copy it to a disk of this computer"}],
  [
    "EMFILE",
    {why: "this process may not open more files", next: "ulimit -n 1024 in the shell, then repeat the command"},
  ],
  ["ENFILE", {why: "this computer has too many files open", next: "close other programs and repeat the command"}],
]);

/** Why the operating system refused something; undefined for an error that is not its, or not known here. */
export function reasonOf(error: unknown): Reason | undefined {
  return error instanceof Error && "code" in error ? REASONS.get(String(error.code)) : undefined;
}

/** Gives an error of the system the file that it is of: an error of reading from an open file has none. @throws always */
export function naming(path: string): (error: unknown) => never {
  return error => {
    throw error instanceof Error && !("path" in error) ? Object.assign(error, {path}) : error;
  };
}

/**
 * A person's words for an error of the operating system that nothing nearer to it explained: no stack, and a next step.
 * Undefined for anything else, which is a bug and keeps its stack.
 */
export function explainSystemError(error: unknown): LabelscopeError | undefined {
  const reason = reasonOf(error);
  if (reason === undefined || !(error instanceof Error) || !("syscall" in error)) return undefined;
  const path = "path" in error && typeof error.path === "string" ? error.path : undefined;
  const call = `${String(error.syscall)} was refused with ${"code" in error ? String(error.code) : "an error"}`;
  return new LabelscopeError({
    code: "file-refused",
    message: `${path ?? "a file"} cannot be used: ${reason.why}`,
    details: [call],
    next: reason.next,
    facts: path === undefined ? {} : {path},
    cause: error,
  });
}
