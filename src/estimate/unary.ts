import type {DirectEstimator} from "./estimator.ts";
import {unaryShares} from "./unary-shares.ts";

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
  estimate: (run, records) =>
    unaryShares(run, records, assessment => assessment, "both answers about a label have probability 0"),
};
