import {existsSync} from "node:fs";
import {basename, extname, resolve} from "node:path";
import type {ComparedTask} from "../compare/compared-task.ts";
import type {Predictions} from "../compare/predictions.ts";
import {LabelscopeError} from "../errors.ts";
import {PREDICTIONS_FORMS, readPredictions} from "../task/predictions.ts";
import {ProblemList} from "../task/problems.ts";
import type {ComparisonPlace} from "./place.ts";

/**
 * Reads predictions made elsewhere, all of them before anything is said about what is wrong.
 *
 * @param ids `task`: a document that the task does not have is an error; `any`: it is left out and counted, since runs may
 *   hold a sample of the documents
 */
export async function readAllPredictions(
  specs: readonly string[],
  task: Pick<ComparedTask, "labels" | "noneLabel" | "documents">,
  ids: "task" | "any",
  {cwd}: Pick<ComparisonPlace, "cwd">,
): Promise<Predictions[]> {
  const problems = new ProblemList();
  const known = new Set(task.documents.map(({id}) => id));
  const found: Predictions[] = [];
  for (const spec of specs) {
    const {name, file} = predictionsSpec(spec, cwd);
    const scope = {labels: task.labels, noneLabel: task.noneLabel, ...(ids === "task" ? {ids: known} : {})};
    const estimates = await readPredictions(resolve(cwd, file), file, scope, problems).catch(explainMissing(file));
    if (problems.count === 0 && ![...estimates.keys()].some(id => known.has(id))) {
      problems.add({file, message: "none of its ids is a compared document"});
    }
    found.push({name, file, estimates});
  }
  problems.throwIfAny(
    "predictions-invalid",
    "predictions",
    `${PREDICTIONS_FORMS}, with a number from 0 to 1 for each label`,
  );
  return found;
}

/** `NAME=FILE`, or a file that gives its name. */
function predictionsSpec(spec: string, cwd: string): {name: string; file: string} {
  const [, name, file] = /^([^=/\\]+)=(.+)$/s.exec(spec) ?? [];
  if (name !== undefined && file !== undefined && !existsSync(resolve(cwd, spec))) return {name, file};
  return {name: basename(spec, extname(spec)), file: spec};
}

function explainMissing(file: string) {
  return (cause: unknown): never => {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw new LabelscopeError({
      code: "predictions-unreadable",
      message: missing
        ? `there is no file ${file}`
        : `${file} cannot be read (${cause instanceof Error ? cause.message : String(cause)})`,
      next: "--predictions NAME=FILE, with a JSONL or CSV file",
      cause,
    });
  };
}
