import {isDiskFull} from "../catalog/disk-space.ts";
import {LabelscopeError} from "../errors.ts";
import {reasonOf} from "../system-error.ts";

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
  const reason = reasonOf(error);
  if (reason === undefined) return error;
  return new LabelscopeError({
    code: "run-not-writable",
    message: `${folder} cannot be written: ${reason.why}`,
    next: [reason.next, "--out DIR for a folder that can be written"],
    facts: {folder},
    cause: error,
  });
}
