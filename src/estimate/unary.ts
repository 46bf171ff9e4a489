import {massRemarks, unaryMass} from "./answer-mass.ts";
import {type DirectEstimator, estimatedLabels} from "./estimator.ts";

/**
 * Each label asked about alone: P("reasonable") / (P("reasonable") + P("unreasonable")).
 *
 * The null label is not asked about. Where the two answers hold on average less than half of the probability, the
 * estimate is remarked: the model was not going to answer. A question whose answers both have probability 0 leaves the
 * document without an estimate.
 *
 * Source: METHODS §3; [Ma et al. 2025, Table 2]
 */
export const unary: DirectEstimator = {
  name: "unary",
  title: "Unary",
  summary: "each label asked about alone: the share of “reasonable” among the two answers",
  needs: ["unary"],
  kind: "direct",
  estimate: (run, {unary: asked}) => {
    if (asked === undefined) return {reason: "no question about single labels was captured"};
    const labels = estimatedLabels(run);
    if (asked.labels.length !== labels.length) {
      throw new RangeError(`${asked.labels.length} questions for ${labels.length} labels`);
    }
    const values = asked.labels.map(({reasonable, unreasonable}) => reasonable / (reasonable + unreasonable));
    if (values.some(Number.isNaN)) return {reason: "both answers about a label have probability 0"};
    return {values, ...massRemarks(unaryMass(asked))};
  },
};
