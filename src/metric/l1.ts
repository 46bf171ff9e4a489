import {perDocument} from "./per-document.ts";

/**
 * L1 distance to the human distribution: Σ over labels of |q − Ĥ|, averaged over documents.
 *
 * A sum, so it grows with the number of labels: compare it within a task. Where labels are rare it rewards saying little
 * (see the `constant` row).
 *
 * Source: METHODS §4; [Ma et al. 2025, Table 2]
 */
export const l1 = perDocument({
  name: "l1",
  title: "L1",
  summary: "absolute distance of the estimate to the human distribution, summed over labels",
  target: "human",
  better: "smaller",
  unit: "labels",
  range: labels => ({low: 0, high: labels}),
  ofDocument: ({q, target}) => q.reduce((sum, value, index) => sum + Math.abs(value - (target[index] ?? 0)), 0),
});
