import {clipped} from "../math/clipped.ts";
import {type DirectEstimator, estimatedLabels} from "./estimator.ts";
import {NO_TRACE, traceRemarks} from "./label-distribution.ts";

/**
 * The greedy answer itself: 1 − 1e-8 for each label in it, 1e-8 for the others.
 *
 * A malformed answer counts with the labels that it names in full, a repeat once; an answer without a label step
 * predicts the empty set. Both are remarked.
 *
 * Source: METHODS §3; [Ma et al. 2025, Table 2]
 */
export const hard: DirectEstimator = {
  name: "hard",
  title: "Hard",
  summary: "1 − 1e-8 for the labels of the greedy answer, 1e-8 for the others",
  needs: ["greedy"],
  kind: "direct",
  estimate: (run, records) => {
    if (records.trace === undefined) return {reason: NO_TRACE};
    const {labels} = records.trace.answer;
    const values = estimatedLabels(run).map(label => clipped(Number(labels.includes(label))));
    return {values, ...traceRemarks(records)};
  },
};
