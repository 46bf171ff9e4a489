import {type DirectEstimator, type DocumentRecords, type Estimate, type RunLabels, withoutNone} from "./estimator.ts";
import {firstStep as firstStepOf, labelDistribution, NO_SCORES, traceRemarks} from "./label-distribution.ts";

/**
 * The label distribution at the first label step, the null label dropped.
 *
 * The values sum to 1 − P(none), so at most one label passes 0.5: a document with two labels is underestimated by
 * construction. A forced step is read like any other, and remarked.
 *
 * Source: METHODS §3
 */
export const firstStep: DirectEstimator = {
  name: "first-step",
  title: "First step",
  summary: "label distribution at the first label step, the null label dropped",
  needs: ["greedy"],
  kind: "direct",
  estimate: (run, records) => firstStepAt(run, records, 1),
};

/** `first-step` with its scores divided by a temperature. */
export function firstStepAt(run: RunLabels, records: DocumentRecords, temperature: number): Estimate {
  const first = firstStepOf(records);
  if ("reason" in first) return first;
  const distribution = labelDistribution(first.step, temperature);
  if (distribution === undefined) return {reason: NO_SCORES};
  return {values: withoutNone(run, distribution), ...traceRemarks(records)};
}
