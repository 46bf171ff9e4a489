import {softmax} from "../math/softmax.ts";
import {type BatchEstimator, countReasons, type DocumentRecords, type RunLabels, withoutNone} from "./estimator.ts";
import {firstStep, labelDistribution, NO_SCORES, traceRemarks} from "./label-distribution.ts";

/**
 * Batch calibration of `first-step`: the mean log-probability of each label over the run's documents is subtracted from the
 * document's own before the softmax, so that no label is favoured on average.
 *
 * Needs no annotations, but the documents that are reported: another sample gives other numbers. It removes what the labels
 * really differ in, too: a label that is rare in the data is raised to the others. Documents with a label of probability 0
 * are left out of the means and have no estimate.
 *
 * Source: METHODS §3; Zhou et al. 2023, arXiv 2309.17249
 */
export const batchCalibration: BatchEstimator = {
  name: "first-step+bc",
  title: "First step, batch-calibrated",
  summary: "first-step with each label's mean log-probability over the run's documents subtracted",
  needs: ["greedy"],
  kind: "batch",
  fit: (run, batch) => {
    const read = batch.map(records => logProbabilities(records));
    const known = read.flatMap(one => ("reason" in one ? [] : [one.logs]));
    const leftOut = countReasons(read.flatMap(one => ("reason" in one ? [one.reason] : [])));
    if (known.length === 0) return {reason: leftOut[0]?.reason ?? "there are no documents"};
    const means = run.labels.map((_, label) => known.reduce((sum, logs) => sum + (logs[label] ?? 0), 0) / known.length);
    return {
      learned: run.labels.map((label, index) => ({
        name: "mean-log-probability",
        value: means[index] ?? 0,
        label,
        note: `over ${known.length} of the run's own documents, without annotations`,
      })),
      estimate: records => calibrated(run, records, means),
    };
  },
};

function calibrated(run: RunLabels, records: DocumentRecords, means: readonly number[]) {
  const own = logProbabilities(records);
  if ("reason" in own) return own;
  const distribution = softmax(own.logs.map((log, label) => log - (means[label] ?? 0)));
  return {values: withoutNone(run, distribution), ...traceRemarks(records)};
}

function logProbabilities(records: DocumentRecords): {readonly logs: readonly number[]} | {readonly reason: string} {
  const first = firstStep(records);
  if ("reason" in first) return first;
  const logs = labelDistribution(first.step)?.map(Math.log);
  if (logs === undefined) return {reason: NO_SCORES};
  return logs.every(Number.isFinite) ? {logs} : {reason: "a label has probability 0 at the first label step"};
}
