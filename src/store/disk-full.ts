import {LabelscopeError} from "../errors.ts";

/** A run's disk or quota is full; everything that was written whole is kept. */
export function runDiskFull(path: string, cause: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "disk-full",
    message: `no space left to write ${path}`,
    next: ["free some space and repeat the command: finished documents are kept", "--out DIR for a new run on another disk"],
    facts: {path},
    cause,
  });
}
