import {massRemarks, unaryMass} from "./answer-mass.ts";
import {type DirectEstimator, estimatedLabels} from "./estimator.ts";

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
  estimate: (run, {unary: asked}) => {
    if (asked === undefined) return {reason: "no question about single labels was captured"};
    const labels = estimatedLabels(run);
    if (asked.labels.length !== labels.length) {
      throw new RangeError(`${asked.labels.length} questions for ${labels.length} labels`);
    }
    const firsts = asked.labels.flatMap(({firstToken}) => firstToken ?? []);
    if (firsts.length < labels.length) return {reason: NO_FIRST_TOKENS};
    const values = firsts.map(({reasonable, unreasonable}) => reasonable / (reasonable + unreasonable));
    if (values.some(Number.isNaN)) return {reason: "the first tokens of both answers about a label have probability 0"};
    return {values, ...massRemarks(unaryMass({labels: firsts}))};
  },
};

export const NO_FIRST_TOKENS =
  "no probabilities of the answers' first tokens: both start with the same token, or the run was captured before they were stored";
