import {counted} from "../counted.ts";
import {LabelscopeError} from "../errors.ts";
import {estimateDocuments} from "../estimate/estimate-documents.ts";
import {countReasons, type Estimate} from "../estimate/estimator.ts";
import {estimatorNamed} from "../estimate/index.ts";
import type {RunRow} from "../records/results/runs.ts";
import type {ComparedTask} from "./compared-task.ts";
import type {System} from "./system.ts";

/** Estimates made elsewhere, one list of numbers a document in the order of the task's labels. */
export interface Predictions {
  /** Unique among the columns. */
  readonly name: string;
  /** As it was named. */
  readonly file: string;
  readonly estimates: ReadonlyMap<string, readonly number[]>;
}

const PREDICTIONS = "predictions";
const NOT_PREDICTED = "the predictions lack the document";

/**
 * The task with the documents alone that every file of predictions has, so that all rows are over the same ones; how many
 * that leaves out is counted.
 *
 * @throws LabelscopeError `no-common-documents` where there are none
 */
export function coveredBy(task: ComparedTask, predictions: readonly Predictions[]): ComparedTask {
  const documents = task.documents.filter(({id}) => predictions.every(({estimates}) => estimates.has(id)));
  if (documents.length === task.documents.length) return task;
  if (documents.length > 0) return {...task, documents, notPredicted: task.documents.length - documents.length};
  const covered = ({estimates}: Predictions) => task.documents.filter(({id}) => estimates.has(id)).length;
  throw new LabelscopeError({
    code: "no-common-documents",
    message: "there is no document that all of the predictions have",
    details: predictions.map(
      one => `${one.name}: ${covered(one)} of ${counted(task.documents.length, "test document")}`,
    ),
    next: "predict the same documents, or look at one file at a time",
  });
}

/** Predictions as a column like any other, with the rows that every table has. */
export function systemOfPredictions({name, estimates}: Predictions, task: ComparedTask): System {
  const documents = task.documents.map(({id}): {id: string; estimate: Estimate} => {
    const values = estimates.get(id);
    return {id, estimate: values === undefined ? {reason: NOT_PREDICTED} : {values}};
  });
  const missing = documents.flatMap(({estimate}) => ("reason" in estimate ? [estimate.reason] : []));
  const records = task.documents.map(document => ({document, split: "test" as const}));
  const run = {labels: [...task.labels], noneLabel: null};
  const fixed = ["truth", "constant"].map(estimatorNamed).map(estimator => ({
    name: estimator.name,
    title: estimator.title,
    estimates: estimateDocuments(estimator, run, {train: [], calibration: [], documents: records}),
  }));
  return {
    name,
    rows: [
      {
        name: PREDICTIONS,
        title: "Predictions",
        estimates: {
          learned: [],
          documents,
          estimated: documents.length - missing.length,
          missing: countReasons(missing),
          remarks: [],
        },
      },
      ...fixed.filter(({estimates: {estimated}}) => estimated > 0),
    ],
  };
}

/** What stands in results.json about predictions. */
export function rowOfPredictions({name, file, estimates}: Predictions, task: ComparedTask): RunRow {
  const compared = task.documents.filter(({id}) => estimates.has(id)).length;
  const others = estimates.size - compared;
  return {
    run: name,
    kind: "predictions",
    title: name,
    file,
    documents: {
      test: estimates.size,
      calibration: 0,
      train: 0,
      compared,
      dropped: others === 0 ? [] : [{reason: "not among the compared documents", count: others}],
      traced: 0,
      wellFormed: 0,
      problems: [],
      forced: 0,
    },
  };
}
