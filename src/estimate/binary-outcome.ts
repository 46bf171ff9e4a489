import type {DirectEstimator} from "./estimator.ts";
import {pairOutcome, pairShare, pairwise} from "./pairwise.ts";

/**
 * As `binary`, from who wins each pair alone: how surely does not count. A tie counts half.
 *
 * Source: METHODS §3; [Ma et al. 2025, Table 2]
 */
export const binaryOutcome: DirectEstimator = {
  name: "binary-outcome",
  title: "Binary, outcomes",
  summary: "Bradley–Terry strength against the null label, from the winners of all pairs",
  needs: ["binary"],
  nullLabel: true,
  kind: "direct",
  estimate: (run, records) =>
    pairwise(run, records, pair => {
      const share = pairShare(pair);
      return share === undefined ? undefined : pairOutcome(share);
    }),
};
