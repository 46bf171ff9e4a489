import {type DirectEstimator, estimatedLabels} from "./estimator.ts";

/** What `constant` says of every label. */
export const CONSTANT = 0.1;

/**
 * 0.1 for every label of every document: the degenerate row that NLL and L1 reward. It looks at no record, so it has an
 * estimate for every document.
 *
 * Source: METHODS §3
 */
export const constant: DirectEstimator = {
  name: "constant",
  title: "Constant 0.1",
  summary: "0.1 for every label of every document",
  needs: [],
  kind: "direct",
  estimate: run => ({values: estimatedLabels(run).map(() => CONSTANT)}),
};
