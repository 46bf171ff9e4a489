import type {LearnedFrom} from "../estimate/estimator.ts";
import type {EstimatorResult} from "../records/results/estimates.ts";
import {againstTruth} from "./against-truth.ts";
import type {ComparedTask} from "./compared-task.ts";
import {conformalOf} from "./conformal.ts";
import {meansOf} from "./mean-of.ts";
import type {ScoredSystem} from "./score-systems.ts";
import {selectiveOf} from "./selective.ts";
import type {CompareSettings} from "./settings.ts";
import type {EstimateRow} from "./system.ts";
import {tableOf} from "./table.ts";

/** One system's section of results.json: every estimator with its metrics, what it lacks, what it learned. */
export function estimatorResults(
  system: ScoredSystem,
  task: ComparedTask,
  settings: CompareSettings,
): Record<string, EstimatorResult> {
  const table = tableOf(system, settings);
  const rows = system.rows.map(({row}) => row);
  const truths = againstTruth(rows, task, settings);
  return Object.fromEntries(
    rows.map((row, index): [string, EstimatorResult] => {
      const {learned, calibrated, trained, estimated, missing, remarks} = row.estimates;
      const truth = truths[index];
      const selective = selectiveOf(row, task, settings);
      const conformal = conformalOf(row, task, settings);
      const width = widthOf(row, task, settings);
      const result: EstimatorResult = {
        title: row.title,
        estimated,
        missing: [...missing],
        remarks: [...remarks],
        learned: learned.map(one => ({...one})),
        ...(calibrated === undefined ? {} : {calibrated: learnedFrom(calibrated)}),
        ...(trained === undefined ? {} : {trained: learnedFrom(trained)}),
        ...(row.from === undefined ? {} : {from: row.from}),
        metrics: table.get(row.name) ?? {},
        ...(truth === undefined || row.name === "truth" ? {} : {againstTruth: truth}),
        ...(selective === undefined ? {} : {selective}),
        ...(conformal === undefined ? {} : {conformal}),
        ...(width === undefined ? {} : {meanWidth: width}),
      };
      return [row.name, result];
    }),
  );
}

function learnedFrom({documents, leftOut}: LearnedFrom) {
  return {documents, leftOut: [...leftOut]};
}

/** How wide the bounds are on average; nothing for an estimator without bounds. */
function widthOf({estimates}: EstimateRow, task: ComparedTask, settings: CompareSettings) {
  const widths = estimates.documents.map(({estimate}) => {
    if ("reason" in estimate || estimate.lower === undefined || estimate.upper === undefined) return undefined;
    const {lower, upper} = estimate;
    return upper.reduce((sum, end, label) => sum + end - (lower[label] ?? end), 0) / Math.max(1, upper.length);
  });
  if (widths.every(width => width === undefined)) return undefined;
  const [mean] = meansOf([widths], task.documents.length, settings, "no document has bounds");
  return mean;
}
