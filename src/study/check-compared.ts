import {basename, resolve} from "node:path";
import {parseGate, unknownSystem} from "../compare/gate.ts";
import {estimatorsOf, isFinetunedName} from "../compare/rows.ts";
import {readAllPredictions} from "../comparison/read-predictions.ts";
import {metricNamed} from "../metric/index.ts";
import {nearest} from "../nearest.ts";
import {ProblemList} from "../task/problems.ts";
import type {StudyPlan} from "./plan-study.ts";
import {plannedNames} from "./planned-names.ts";
import type {ReadStudy} from "./read-study.ts";

/** A study's predictions as `compare` takes them, `NAME=FILE`. */
export function predictionsOf({study, folder}: Pick<ReadStudy, "study" | "folder">): string[] {
  return Object.entries(study.predictions).map(([name, file]) => `${name}=${resolve(folder, file)}`);
}

/**
 * Refuses before inference what the comparison after it would refuse: estimators and metrics that are not known,
 * predictions that cannot be read or hold none of the planned documents, and runs that are not among the study's.
 *
 * @throws `unknown-estimator`, `unknown-metric`, `predictions-unreadable`, `predictions-invalid`, `study-invalid`
 */
export async function checkCompared(
  read: Pick<ReadStudy, "study" | "folder" | "shown" | "text">,
  plan: StudyPlan,
  {cwd, home}: {readonly cwd: string; readonly home: string},
) {
  const {runs} = plan;
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
  await checkNames(read, plan, home);
}

/** `compare.base` and gates on estimates name runs: those that will be there are known by now. */
async function checkNames(
  {study, shown, text}: Pick<ReadStudy, "study" | "shown" | "text">,
  plan: StudyPlan,
  home: string,
): Promise<void> {
  const {base} = study.compare;
  const gates = [...(study.gates.require ?? []), ...(study.gates.failIf ?? [])].map(parseGate);
  if (base === undefined && gates.length === 0) return;
  const runs = await plannedNames(plan, home);
  if (runs === undefined) return;
  const names = runs.map(({name}) => name);
  const folders = runs.map(({folder}) => folder);
  const systems = [...names, ...folders, ...Object.keys(study.predictions)];
  const problems = new ProblemList();
  const refuse = (place: string, written: string, message: string) => {
    const [near] = nearest(written, names, 1);
    const meant = near === undefined ? "" : ` (did you mean ${JSON.stringify(near)}?)`;
    problems.add({file: shown, ...lineWith(text, place), message: `${message} is none of the study's runs${meant}`});
  };
  for (const gate of gates) {
    const written = unknownSystem(gate, systems);
    if (written !== undefined)
      refuse(gate.text, written, `${JSON.stringify(written)} in the gate ${JSON.stringify(gate.text)}`);
  }
  const ofBase = [...names, ...folders, ...runs.map(({modelId}) => modelId)];
  if (base !== undefined && !ofBase.includes(base) && !folders.includes(basename(base)))
    refuse(base, base, `compare.base ${JSON.stringify(base)}`);
  problems.throwIfAny(
    "study-invalid",
    `study file ${shown}`,
    `the runs will be called ${names.map(name => JSON.stringify(name)).join(", ")}`,
  );
}

function lineWith(text: string, part: string): {line?: number} {
  const at = text.indexOf(part);
  return at < 0 ? {} : {line: text.slice(0, at).split("\n").length};
}
