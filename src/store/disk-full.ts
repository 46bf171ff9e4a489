import {isDiskFull} from "../catalog/disk-space.ts";
import {LabelscopeError} from "../errors.ts";

/** A run's disk or quota is full; everything that was written whole is kept. */
export function runDiskFull(path: string, cause: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "disk-full",
    message: `no space left to write ${path}`,
    next: [
      "free some space and repeat the command: finished documents are kept",
      "--out DIR for a new run on another disk",
    ],
    facts: {path},
    cause,
  });
}

/**
 * What a person can do about a file error below a run's folder; other errors are handed back as they are.
 *
 * @param folder the run's
 */
export function explainFileError(folder: string, error: unknown): unknown {
  if (isDiskFull(error)) return runDiskFull(folder, error);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  const why = NOT_WRITABLE.get(String(code));
  if (why === undefined) return error;
  return new LabelscopeError({
    code: "run-not-writable",
    message: `${folder} cannot be written: ${why}`,
    next: "--out DIR for a folder that can be written",
    facts: {folder},
    cause: error,
  });
}

const NOT_WRITABLE: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EROFS", "the file system is read-only"],
  ["ENOTDIR", "a part of its path is a file"],
  ["EEXIST", "a file has its name"],
  ["EISDIR", "a folder stands in the place of one of its files"],
  ["ENAMETOOLONG", "its path is too long"],
  ["ENOENT", "its file system makes no folders there"],
]);
