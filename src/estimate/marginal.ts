import {type DirectEstimator, estimatedLabels} from "./estimator.ts";

/**
 * The probability that a label is in the answer, given a well-formed answer: the midpoint of the interval that the label
 * tree leaves, with the interval.
 *
 * No estimate where the tree found no closed answer. Bounds that rounding carried past [0, 1] or past one another are put
 * back.
 *
 * Source: METHODS §3, `marginal`
 */
export const marginal: DirectEstimator = {
  name: "marginal",
  title: "Marginal",
  summary: "probability that the label is in a well-formed answer, with the bounds that the label tree leaves",
  needs: ["tree"],
  kind: "direct",
  estimate: (run, {tree}) => {
    if (tree === undefined) return {reason: "no label tree was captured"};
    if (tree.labels === undefined) return {reason: "the label tree holds no closed, well-formed answer"};
    const expected = estimatedLabels(run).length;
    if (tree.labels.length !== expected) {
      throw new RangeError(`a label tree with ${tree.labels.length} intervals for ${expected} labels`);
    }
    const lower = tree.labels.map(bounds => Math.min(1, Math.max(0, bounds.lower)));
    const upper = tree.labels.map((bounds, label) => Math.min(1, Math.max(lower[label] ?? 0, bounds.upper)));
    const values = lower.map((low, label) => (low + (upper[label] ?? low)) / 2);
    return {values, lower, upper};
  },
};
