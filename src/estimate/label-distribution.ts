import {softmax} from "../math/softmax.ts";
import type {LabelStep} from "../records/trace.ts";
import type {DocumentRecords, Remark} from "./estimator.ts";

/** The scores of a label step as numbers: what is stored as null is −∞. */
export function scoresOf(step: Pick<LabelStep, "scores">): number[] {
  return step.scores.map(score => score ?? Number.NEGATIVE_INFINITY);
}

/**
 * The label distribution of a step, from its stored scores: softmax over the labels and the null label.
 *
 * @param temperature divides the scores; 1 is the distribution that the record holds
 * @returns undefined where every score is −∞: there is no distribution
 * Source: METHODS §2
 */
export function labelDistribution(step: Pick<LabelStep, "scores">, temperature = 1): number[] | undefined {
  const scores = scoresOf(step);
  if (scores.every(score => score === Number.NEGATIVE_INFINITY)) return undefined;
  return softmax(scores.map(score => score / temperature));
}

export const NO_TRACE = "no greedy trace was captured";
const NO_STEP = "no label step was read";
export const NO_SCORES = "every label has probability 0 at the label step";

/** The first label step of a document, or why there is none. */
export function firstStep({trace}: DocumentRecords): {readonly step: LabelStep} | {readonly reason: string} {
  if (trace === undefined) return {reason: NO_TRACE};
  const step = trace.steps.find(({r}) => r === 1);
  return step === undefined ? {reason: NO_STEP} : {step};
}

/** What to remark of a document's trace: a forced step, a malformed answer, an unreadable step. */
export function traceRemarks({trace}: DocumentRecords): {readonly remarks?: readonly Remark[]} {
  const remarks: Remark[] = [];
  if (trace?.steps.some(step => step.forced === true)) remarks.push("forced");
  if (trace?.answer.wellFormed === false) remarks.push("malformed");
  if (trace?.answer.problems.includes("straddled")) remarks.push("straddled");
  return remarks.length === 0 ? {} : {remarks};
}
