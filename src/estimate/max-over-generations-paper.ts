import type {DirectEstimator} from "./estimator.ts";
import {largestOver} from "./max-over-generations.ts";

/**
 * `max-over-generations` as the authors' code has it: the largest probability of each label over *all* label steps, those
 * at and after a repeat or other text among them.
 *
 * Differs from ours only on answers with a repeat or with text that is no label.
 *
 * Source: METHODS §3; llm_ml/distribution_estimators.py (`max_estimate`) of gchochla/LLM-multilabel-differently
 */
export const maxOverGenerationsPaper: DirectEstimator = {
  name: "max-over-generations@paper",
  title: "Max over generations, the paper's",
  summary: "largest probability of each label over all label steps, as in the authors' code",
  needs: ["greedy"],
  kind: "direct",
  estimate: largestOver(steps => steps),
};
