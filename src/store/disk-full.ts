import {resolve, sep} from "node:path";
import {isDiskFull} from "../catalog/disk-space.ts";
import {LabelscopeError} from "../errors.ts";
import {reasonOf} from "../system-error.ts";

/** A run's disk or quota is full; everything that was written whole is kept. */
function runDiskFull(path: string, cause: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "disk-full",
    message: `no space left to write ${path}`,
    next: [
      "free some space and repeat the command: finished documents are kept",
      "--out DIR for a new run on another disk; --runs DIR for those of a study or an experiment",
    ],
    facts: {path},
    cause,
  });
}

/** Whether an error is of something else that was read meanwhile, e.g. of a file of data. */
function isOfAnother(folder: string, error: unknown): boolean {
  if (!(error instanceof Error)) return true;
  if (!("path" in error) || typeof error.path !== "string") return false;
  const [one, other] = [resolve(folder), resolve(error.path)].map(path => path + sep);
  return one !== undefined && other !== undefined && !one.startsWith(other) && !other.startsWith(one);
}

/**
 * What a person can do about a file error below a run's folder; other errors are handed back as they are.
 *
 * @param folder the run's
 */
export function explainFileError(folder: string, error: unknown): unknown {
  if (isDiskFull(error)) return runDiskFull(folder, error);
  const reason = reasonOf(error);
  if (reason === undefined || isOfAnother(folder, error)) return error;
  return new LabelscopeError({
    code: "run-not-writable",
    message: `${folder} cannot be written: ${reason.why}`,
    next: [
      reason.next,
      "--out DIR for a folder that can be written; --runs DIR for the runs of a study or an experiment",
    ],
    facts: {folder},
    cause: error,
  });
}
