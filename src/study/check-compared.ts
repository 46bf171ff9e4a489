import {resolve} from "node:path";
import {estimatorsOf, isFinetunedName} from "../compare/rows.ts";
import {readAllPredictions} from "../comparison/read-predictions.ts";
import {metricNamed} from "../metric/index.ts";
import type {StudyPlan} from "./plan-study.ts";
import type {ReadStudy} from "./read-study.ts";

/** A study's predictions as `compare` takes them, `NAME=FILE`. */
export function predictionsOf({study, folder}: Pick<ReadStudy, "study" | "folder">): string[] {
  return Object.entries(study.predictions).map(([name, file]) => `${name}=${resolve(folder, file)}`);
}

/**
 * Refuses before inference what the comparison after it would refuse: estimators and metrics that are not known, and
 * predictions that cannot be read or hold none of the planned documents.
 *
 * @throws `unknown-estimator`, `unknown-metric`, `predictions-unreadable`, `predictions-invalid`
 */
export async function checkCompared(read: Pick<ReadStudy, "study" | "folder">, {runs}: StudyPlan, cwd: string) {
  const {estimators, metrics} = read.study.compare;
  estimatorsOf(estimators?.filter(name => !isFinetunedName(name)));
  for (const name of metrics ?? []) metricNamed(name);
  const [first] = runs;
  if (first === undefined) return;
  const {labels, none} = first.plan.task.definition;
  await readAllPredictions(
    predictionsOf(read),
    {
      labels: labels.map(({name}) => name),
      noneLabel: none ?? null,
      documents: first.plan.documents.filter(({split}) => split === "test").map(({document}) => document),
    },
    "any",
    {cwd},
  );
}
