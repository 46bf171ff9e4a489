import {dirname} from "node:path";
import {LabelscopeError} from "../errors.ts";
import type {Damage} from "./meaning/meaning.ts";

/** What a person can do about damage in a run's folder. */
function waysOut(folder: string): string[] {
  return [
    "the same labelscope run command with --repair moves what is damaged aside and captures those documents again",
    `labelscope verify ${folder} lists all that is damaged`,
    "or restore the file from a copy",
  ];
}

/** A line of a record file that is not as labelscope wrote it. */
export function recordDamaged(path: string, line: number, {field, problem}: Damage, cause?: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "record-damaged",
    message: `${path}:${line} is damaged`,
    details: [`${field}: ${problem}`],
    next: waysOut(dirname(path)),
    facts: {path, line, field, problem},
    cause,
  });
}

/** A matrix whose file as a whole is not as labelscope wrote it. */
export function matrixDamaged(path: string, problem: string, cause?: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "matrix-damaged",
    message: `${path} is damaged: ${problem}`,
    next: waysOut(dirname(path)),
    facts: {path, problem},
    cause,
  });
}
