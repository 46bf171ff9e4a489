import type {DirectEstimator} from "./estimator.ts";
import {pairwisePaper} from "./pairwise-paper.ts";

/**
 * `binary` as in the authors' code: lettered options, each pair asked once, the share of the letter a among the two letters.
 *
 * Their strengths come from a search that starts at random and stops early; ours are the minimum of the same objective.
 *
 * Source: METHODS §3, `binary@paper`; llm_ml/distribution_estimators.py of gchochla/LLM-multilabel-differently
 */
export const binaryPaper: DirectEstimator = {
  name: "binary@paper",
  title: "Binary, the paper's",
  summary: "Bradley–Terry strength against the null label, from the letters that answer each pair, asked once",
  needs: ["binary"],
  nullLabel: true,
  kind: "direct",
  estimate: (run, records) => pairwisePaper(run, records, (a, b) => a / (a + b)),
};
