import type {DirectEstimator} from "./estimator.ts";
import {pairShare, pairwise} from "./pairwise.ts";

/**
 * All pairs of labels, the null label included, asked about in both orders: strengths from the shares of the two answers,
 * each label against the null label.
 *
 * Needs a null label. An answer mass below a half on average is remarked.
 *
 * Source: METHODS §3; [Ma et al. 2025, Table 2]
 */
export const binary: DirectEstimator = {
  name: "binary",
  title: "Binary",
  summary: "Bradley–Terry strength against the null label, from the probabilities of all pairwise answers",
  needs: ["binary"],
  nullLabel: true,
  kind: "direct",
  estimate: (run, records) => pairwise(run, records, pairShare),
};
