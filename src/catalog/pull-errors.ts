import {LabelscopeError} from "../errors.ts";
import {namedPaths} from "./gguf/part-name.ts";
import type {InstalledModel} from "./installed.ts";

/** Bytes that are not what was meant. Nothing was put in place. */
export function checksumMismatch(facts: {
  id: string;
  source: string;
  expected: string;
  found: string;
}): LabelscopeError {
  return new LabelscopeError({
    code: "checksum-mismatch",
    message: `what ${facts.source} delivered is not ${facts.id}`,
    details: [`expected ${facts.expected}`, `received ${facts.found}`],
    next: "nothing was kept: repeat the command, or use another source",
    facts,
  });
}

/** What arrived is no GGUF file, or not a whole one; the code is that of the reader. */
export function notWhole(source: string, error: LabelscopeError): LabelscopeError {
  const {code, details} = error;
  return new LabelscopeError({
    code,
    message: `what ${source} delivered is ${code === "not-a-gguf" ? "not a GGUF file" : "not a whole GGUF file"}`,
    details,
    next: "nothing was kept: check that the address is the file's own, not a page about it, or use another source",
    facts: {source},
    cause: error,
  });
}

export function embeddedMissing(id: string): LabelscopeError {
  return new LabelscopeError({
    code: "model-missing",
    message: `${id} ships with labelscope, but its file is not there`,
    next: "reinstall labelscope",
    facts: {id},
  });
}

export function nameTaken(installed: InstalledModel): LabelscopeError {
  const {id, record} = installed;
  return new LabelscopeError({
    code: "model-id-taken",
    message: `another model was pulled as "${id}"`,
    details: [record === undefined ? "it was put there by hand" : `it came from ${record.source}`],
    next: [`another name for this one: --id ${id}-2`, `or remove ${namedPaths(installed.path).join(" ")}`],
    facts: {id, path: installed.path},
  });
}

export function homeUnwritable(folder: string, cause: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "home-unwritable",
    message: `cannot write to ${folder}`,
    details: [cause instanceof Error ? cause.message : String(cause)],
    next: "LABELSCOPE_HOME=DIR names another folder for pulled models",
    facts: {folder},
    cause,
  });
}

/**
 * The end of a list of sources. A single source's own error is kept as it is; several are listed with their reasons;
 * when none could be reached at all, the advice is about working without a network.
 */
export function noSourceWorked(
  id: string,
  failures: readonly {source: string; error: LabelscopeError}[],
): LabelscopeError {
  const codes = failures.map(failure => failure.error.code);
  const offline = codes.includes("source-unreachable") && codes.every(isAbsence);
  const [only, ...others] = failures;
  if (!offline && only !== undefined && others.length === 0) return only.error;
  return new LabelscopeError({
    code: offline ? "no-network" : "model-not-fetched",
    message: offline ? `${id} cannot be pulled: no source can be reached` : `no source of ${id} worked`,
    details: failures.flatMap(({source, error}) => [
      `${source}: ${error.message}`,
      ...error.details.map(line => `  ${line}`),
    ]),
    next: offline
      ? [
          "connect and repeat the command: what has arrived is kept",
          "or copy the file from another computer and pass its path: --model path/to/model.gguf",
          "or use a mirror: HF_ENDPOINT for the hub, pip's own settings for Python packages",
        ]
      : [...new Set(failures.flatMap(failure => failure.error.next))],
    facts: {id, codes},
    cause: failures.at(-1)?.error,
  });
}

function isAbsence(code: string): boolean {
  return code === "source-unreachable" || code === "python-missing";
}
