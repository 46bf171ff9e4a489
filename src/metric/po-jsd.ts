import {bernoulliJsd} from "./jsd.ts";
import {unitRange} from "./metric.ts";
import {perDocument} from "./per-document.ts";

/**
 * Percentage of agreement by Jensen–Shannon: 1 − mean over document–label pairs of the base-2 divergence (the square of
 * the distance in `jsd`) of Bernoulli(Ĥ) and Bernoulli(q).
 *
 * Source: METHODS §4; Kurniawan et al. 2025, arXiv 2502.01891
 */
export const poJsd = perDocument({
  name: "po-jsd",
  title: "PO-JSD",
  summary:
    "1 − mean over document–label pairs of the base-2 Jensen–Shannon divergence of estimate and human distribution",
  target: "human",
  better: "larger",
  unit: "1 − bits",
  range: unitRange,
  ofDocument: ({q, target}) =>
    1 - q.reduce((sum, value, label) => sum + bernoulliJsd({q: value, human: target[label] ?? 0}) ** 2, 0) / q.length,
});
