import {CLIP, clipped} from "../math/clipped.ts";
import {perDocument} from "./per-document.ts";

/**
 * Negative log-likelihood of the human distribution: Σ over labels of −[Ĥ ln q + (1−Ĥ) ln(1−q)], averaged over
 * documents. In nats.
 *
 * q is clipped to [1e-8, 1−1e-8], so a sure and wrong label costs 18.42 and not infinity: `hard` answers are dominated
 * by that constant. At q = Ĥ it is the entropy of the annotators, not 0, where they disagree.
 *
 * Source: METHODS §4; [Ma et al. 2025, Table 2]
 */
export const nll = perDocument({
  name: "nll",
  title: "NLL",
  summary: "cross-entropy of the estimate to the human distribution, summed over labels, q clipped to [1e-8, 1−1e-8]",
  target: "human",
  better: "smaller",
  unit: "nats",
  range: labels => ({low: 0, high: -labels * Math.log(CLIP)}),
  ofDocument: ({q, target}) =>
    q.reduce((sum, value, index) => sum + bernoulliNats(clipped(value), target[index] ?? 0), 0),
});

function bernoulliNats(q: number, human: number): number {
  return -(human * Math.log(q) + (1 - human) * Math.log1p(-q));
}
