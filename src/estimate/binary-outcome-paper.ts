import type {DirectEstimator} from "./estimator.ts";
import {pairwisePaper} from "./pairwise-paper.ts";

/**
 * As `binary@paper`, from who wins each pair: the label lettered a if its letter is the more probable one, else b, a tie
 * included.
 *
 * Source: METHODS §3, `binary-outcome@paper`; llm_ml/distribution_estimators.py of gchochla/LLM-multilabel-differently
 */
export const binaryOutcomePaper: DirectEstimator = {
  name: "binary-outcome@paper",
  title: "Binary, outcomes, the paper's",
  summary: "Bradley–Terry strength against the null label, from the more probable letter of each pair, asked once",
  needs: ["binary"],
  nullLabel: true,
  kind: "direct",
  estimate: (run, records) => pairwisePaper(run, records, (a, b) => (a > b ? 1 : 0)),
};
