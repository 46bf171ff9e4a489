import type {DirectEstimator} from "./estimator.ts";
import {unaryShares} from "./unary-shares.ts";

/**
 * `unary` as in the authors' code: the probability of the first token of "reasonable", as a share of the first tokens of the
 * two answers. What follows the token does not count.
 *
 * They ask about the null label, too, and drop its answer, which changes no other number; labelscope does not ask. Their first
 * token is that of the bare word; ours is the one that follows the question. Where both answers start with the same token
 * there is no such number, and the document has no estimate.
 *
 * Source: METHODS §3, `unary@paper`; llm_ml/breakdown_datasets.py and llm_ml/distribution_estimators.py of
 * gchochla/LLM-multilabel-differently
 */
export const unaryPaper: DirectEstimator = {
  name: "unary@paper",
  title: "Unary, the paper's",
  summary:
    "each label asked about alone: the first token of “reasonable” as a share of the first tokens of both answers",
  needs: ["unary"],
  kind: "direct",
  estimate: (run, records) =>
    unaryShares(
      run,
      records,
      ({firstToken}) => firstToken,
      "the first tokens of both answers about a label have probability 0",
    ),
};
