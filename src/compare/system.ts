import type {RunEstimates} from "../estimate/estimate-documents.ts";
import type {MetricInput} from "../metric/input.ts";
import {goldFlags, humanDistribution} from "../task/gold.ts";
import type {ComparedTask} from "./compared-task.ts";

/** One row of a table before it is scored: an estimator's numbers for the documents of the task, in their order. */
export interface EstimateRow {
  /** The name in results: the estimator's, or `sft-hard`, or `predictions`. */
  readonly name: string;
  readonly title: string;
  readonly estimates: Omit<RunEstimates, "estimator" | "labels">;
  /** The run it was taken from, where that is not the system's own. */
  readonly from?: string;
}

/** One column of a comparison: a run, or predictions made elsewhere, with all its rows. */
export interface System {
  readonly name: string;
  readonly rows: readonly EstimateRow[];
}

/** Human distributions and gold sets of the documents, made once for all rows. */
export function targetsOf(task: ComparedTask): Pick<MetricInput["documents"][number], "id" | "human" | "gold">[] {
  return task.documents.map(document => ({
    id: document.id,
    human: humanDistribution(document, task.labels),
    gold: goldFlags(document, task.labels),
  }));
}

/** A row as the metrics take it. */
export function inputOfRow(task: ComparedTask, targets: ReturnType<typeof targetsOf>, row: EstimateRow): MetricInput {
  return {
    labels: task.labels,
    documents: targets.map((target, index) => {
      const estimate = row.estimates.documents[index]?.estimate;
      return {...target, q: estimate === undefined || "reason" in estimate ? undefined : estimate.values};
    }),
  };
}
