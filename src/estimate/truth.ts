import {type DirectEstimator, estimatedLabels} from "./estimator.ts";

/**
 * The inclusion probabilities that a synthetic corpus was annotated by: the best that any estimator can do.
 *
 * Its NLL and L1 are not 0: a few annotators scatter about the truth.
 *
 * Source: METHODS §3
 */
export const truth: DirectEstimator = {
  name: "truth",
  title: "Truth",
  summary: "the exact inclusion probability of each label, where the corpus is synthetic and knows it",
  needs: ["truth"],
  kind: "direct",
  estimate: (run, {document}) => {
    const marginal = document.truth?.marginal;
    if (marginal === undefined) return {reason: "the document carries no truth"};
    const known = new Map(Object.entries(marginal));
    const labels = estimatedLabels(run);
    const values = labels.flatMap(label => known.get(label) ?? []);
    return values.length < labels.length ? {reason: "the document's truth lacks a label"} : {values};
  },
};
