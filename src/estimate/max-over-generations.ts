import type {LabelStep} from "../records/trace.ts";
import {type DirectEstimator, withoutNone} from "./estimator.ts";
import {firstStep, labelDistribution, NO_SCORES, traceRemarks} from "./label-distribution.ts";

/**
 * The largest probability that each label has at any label step of the greedy answer.
 *
 * The steps end before the first one that emits a repeat or something that is no label (an answer cut short inside a
 * label included): from there on the label distribution describes what the model was not saying. The first step always
 * counts, so that a document whose answer starts with other text has the estimate of `first-step`. The null label
 * competes at every step and is dropped at the end.
 *
 * Source: METHODS §3; [Ma et al. 2025, Table 2]
 */
export const maxOverGenerations: DirectEstimator = {
  name: "max-over-generations",
  title: "Max over generations",
  summary: "largest probability of each label over the label steps up to the first repeat or other text",
  needs: ["greedy"],
  kind: "direct",
  estimate: largestOver(countedSteps),
};

/** The largest probability of each label over some of the label steps; the null label competes and is dropped. */
export function largestOver(
  chosen: (steps: readonly LabelStep[]) => readonly LabelStep[],
): DirectEstimator["estimate"] {
  return (run, records) => {
    const first = firstStep(records);
    if ("reason" in first) return first;
    const distributions = chosen(records.trace?.steps ?? []).flatMap(step => {
      const distribution = labelDistribution(step);
      return distribution === undefined ? [] : [withoutNone(run, distribution)];
    });
    const [start, ...others] = distributions;
    if (start === undefined) return {reason: NO_SCORES};
    const values = start.map((value, label) => others.reduce((most, p) => Math.max(most, p[label] ?? 0), value));
    return {values, ...traceRemarks(records)};
  };
}

/** The label steps before the first repeat or other text, the first step in any case. */
function countedSteps(steps: readonly LabelStep[]): LabelStep[] {
  const inOrder = steps.toSorted((one, other) => one.r - other.r);
  const stop = inOrder.findIndex(({emitted}) => emitted.kind === "repeat" || emitted.kind === "other");
  return stop < 0 ? inOrder : inOrder.slice(0, Math.max(1, stop));
}
