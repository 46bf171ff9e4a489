import {type DirectEstimator, withoutNone} from "./estimator.ts";
import {firstStep, labelDistribution, NO_SCORES, traceRemarks} from "./label-distribution.ts";

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
  estimate: (run, records) => {
    const first = firstStep(records);
    if ("reason" in first) return first;
    const distributions = (records.trace?.steps ?? []).flatMap(step => {
      const distribution = labelDistribution(step);
      return distribution === undefined ? [] : [withoutNone(run, distribution)];
    });
    const [start, ...others] = distributions;
    if (start === undefined) return {reason: NO_SCORES};
    const values = start.map((value, label) => others.reduce((most, p) => Math.max(most, p[label] ?? 0), value));
    return {values, ...traceRemarks(records)};
  },
};
