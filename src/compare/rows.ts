import {LabelscopeError} from "../errors.ts";
import {estimateDocuments} from "../estimate/estimate-documents.ts";
import {countReasons, type DocumentRecords, type Estimator} from "../estimate/estimator.ts";
import {estimatorList, estimatorNamed} from "../estimate/index.ts";
import type {ComparedRun} from "./compared-run.ts";
import type {ComparedTask} from "./compared-task.ts";
import {finetunedRows} from "./finetuned-rows.ts";
import type {EstimateRow, System} from "./system.ts";

/** Estimators that are scaled by default where a calibration split was captured: the cheapest number, and ours. */
const SCALED_BY_DEFAULT = ["first-step", "marginal"];
/** What marks a row in the paper's own definition: shown on request, where its own reading differs from ours. */
const PAPER = "@paper";
/** Rows that stand in every table that can have them. */
const ALWAYS = ["truth", "constant"];

/**
 * The estimators of a comparison, in the order of the rows.
 *
 * Chosen ones come as they were listed. Otherwise all of the registry are tried, and after `first-step` and `marginal`
 * their Platt scaling; those that have an estimate in none of the runs are left out later. `truth` and `constant` stand
 * in every table.
 *
 * @throws LabelscopeError `unknown-estimator`
 */
export function estimatorsOf(chosen: readonly string[] | undefined, paper = false): Estimator[] {
  const named = [...new Set(chosen)].filter(name => !ALWAYS.includes(name)).map(estimatorNamed);
  const all = estimatorList
    .filter(({name}) => !ALWAYS.includes(name) && (paper || !name.endsWith(PAPER)))
    .flatMap(one => (SCALED_BY_DEFAULT.includes(one.name) ? [one, estimatorNamed(`${one.name}+platt`)] : [one]));
  return [...(chosen === undefined ? all : named), ...ALWAYS.map(estimatorNamed)];
}

/**
 * Every run's rows: each estimator on the documents of the task.
 *
 * A row that no run has an estimate for is left out, unless it was asked for by name. A run that lacks the records of a
 * row that others have shows it with the reason. A base model with a finetuned variant among the runs gets that one's
 * `sft-hard` and `sft-max`.
 *
 * @param chosen names that were asked for
 * @param paper whether rows in the paper's own definitions are among those that nobody has to ask for
 * @throws LabelscopeError `unknown-estimator`; `no-calibration` and `no-estimate` where none of the runs can give an
 *   estimate that was asked for
 */
export function systemsOf(
  runs: readonly ComparedRun[],
  task: ComparedTask,
  chosen: readonly string[] | undefined,
  paper = false,
): System[] {
  const estimators = estimatorsOf(
    chosen?.filter(name => !isFinetunedName(name)),
    paper,
  );
  const tables = runs.map(run => {
    const records = recordsOf(run, task);
    return {name: run.name, rows: estimators.map(estimator => rowOf(estimator, run, records))};
  });
  const held = estimators.map((estimator, index) => {
    const rows = tables.flatMap(({name, rows}) => ({name, row: rows[index]}));
    const some = rows.some(({row}) => (row?.estimates.estimated ?? 0) > 0);
    if (!some && chosen?.includes(estimator.name)) throw cannotEstimate(estimator, rows);
    return some;
  });
  const own = tables.map(({name, rows}) => ({name, rows: rows.filter((_, index) => held[index])}));
  return withFinetuned(own, runs, task, chosen);
}

/** `sft-hard` and `sft-max` beside a base model's own rows, from its finetuned variant among the runs. */
function withFinetuned(
  systems: readonly System[],
  runs: readonly ComparedRun[],
  task: ComparedTask,
  chosen: readonly string[] | undefined,
): System[] {
  const wanted = finetunedRows(runs).filter(({name}) => chosen === undefined || chosen.includes(name));
  const without = chosen?.find(name => isFinetunedName(name) && !wanted.some(row => row.name === name));
  if (without !== undefined) throw noVariant(without);
  return systems.map(({name, rows}) => {
    const added = wanted.flatMap(({name: row, title, estimator, base, from}): EstimateRow[] => {
      const run = base === name ? runs.find(one => one.name === from) : undefined;
      if (run === undefined) return [];
      return [{...rowOf(estimatorNamed(estimator), run, recordsOf(run, task)), name: row, title, from}];
    });
    const before = rows.filter(row => !ALWAYS.includes(row.name));
    return {name, rows: [...before, ...added, ...rows.slice(before.length)]};
  });
}

export function isFinetunedName(name: string): boolean {
  return name === "sft-hard" || name === "sft-max";
}

function noVariant(name: string): LabelscopeError {
  return new LabelscopeError({
    code: "no-estimate",
    message: `"${name}" needs a run of a base model and one of its finetuned variant, and there are no such two`,
    next: [
      "compare both: labelscope compare runs/TASK-BASE-* runs/TASK-SFT-*",
      "the catalogue names a variant's parent: labelscope models list",
    ],
    facts: {estimator: name},
  });
}

/** The run's records of the task's documents, in their order. */
function recordsOf(run: ComparedRun, task: ComparedTask): DocumentRecords[] {
  const byId = new Map(run.documents.test.map(records => [records.document.id, records]));
  return task.documents.map(document => byId.get(document.id) ?? {document, split: "test"});
}

function rowOf(estimator: Estimator, run: ComparedRun, documents: readonly DocumentRecords[]): EstimateRow {
  const {name, title} = estimator;
  const reason = whyNot(estimator, run);
  if (reason === undefined) {
    return {name, title, estimates: estimateDocuments(estimator, run.manifest, {...run.documents, documents})};
  }
  const missing = documents.map(() => reason);
  return {
    name,
    title,
    estimates: {
      learned: [],
      documents: documents.map(({document: {id}}) => ({id, estimate: {reason}})),
      estimated: 0,
      missing: countReasons(missing),
      remarks: [],
    },
  };
}

const NO_CALIBRATION = "the run holds no documents of the calibration split";

/** What is read from the answer itself: not the model's own where it was forced. */
const FROM_THE_ANSWER = ["hard", "max-over-generations", "max-over-generations@paper"];

/** Why an estimator has nothing to say on a run: the split that it learns on was not captured, the answers were forced. */
function whyNot(estimator: Estimator, run: ComparedRun): string | undefined {
  const {forceAnswers} = run.manifest.identity;
  if (forceAnswers !== undefined && FROM_THE_ANSWER.includes(estimator.name.split("+")[0] ?? "")) {
    return `the answers were forced (${forceAnswers}), not the model's own`;
  }
  const needs: readonly string[] = estimator.needs;
  if (needs.includes("calibration") && run.documents.calibration.length === 0) return NO_CALIBRATION;
  if (needs.includes("train") && run.documents.train.length === 0)
    return "the run holds no documents of the train split";
  return undefined;
}

function cannotEstimate(
  {name}: Estimator,
  rows: readonly {readonly name: string; readonly row: EstimateRow | undefined}[],
): LabelscopeError {
  const reasons = rows.flatMap(({name: run, row}) =>
    (row?.estimates.missing ?? []).map(({reason, count}) => ({run, reason, count})),
  );
  const uncalibrated = reasons.some(({reason}) => reason === NO_CALIBRATION);
  return new LabelscopeError({
    code: uncalibrated ? "no-calibration" : "no-estimate",
    message: `none of the runs has what "${name}" needs`,
    details: reasons.slice(0, 8).map(({run, reason, count}) => `${run}: ${reason} (${count} documents)`),
    next: [
      `capture it: the same labelscope run command with --estimators ${name} adds what is missing`,
      "or leave it out of --estimators",
    ],
    facts: {estimator: name},
  });
}
