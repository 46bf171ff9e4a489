import {sigmoid} from "../math/sigmoid.ts";
import {type DirectEstimator, withoutNone} from "./estimator.ts";
import {firstStep, scoresOf, traceRemarks} from "./label-distribution.ts";

/**
 * Each label against the null label at the first label step: σ(z_l − z_none).
 *
 * Needs a null label. A label with probability 0 gets 0 and a null label with probability 0 gives 1; where both have
 * probability 0 there is nothing to compare and the document has no estimate.
 *
 * Source: METHODS §3; [Ma et al. 2025, Table 2]
 */
export const compareToNone: DirectEstimator = {
  name: "compare-to-none",
  title: "Compare to none",
  summary: "each label against the null label at the first label step",
  needs: ["greedy"],
  nullLabel: true,
  kind: "direct",
  estimate: (run, records) => {
    const first = firstStep(records);
    const noneIndex = run.noneLabel === null ? -1 : run.labels.indexOf(run.noneLabel);
    if (noneIndex < 0) return {reason: "the task has no null label to compare with"};
    if ("reason" in first) return first;
    const scores = scoresOf(first.step);
    const none = scores[noneIndex] ?? Number.NEGATIVE_INFINITY;
    const values = withoutNone(run, scores).map(score => sigmoid(score - none));
    if (values.some(Number.isNaN)) return {reason: "a label and the null label both have probability 0"};
    return {values, ...traceRemarks(records)};
  },
};
