import type {Assessment} from "../records/questions.ts";
import {massRemarks, unaryMass} from "./answer-mass.ts";
import {type DocumentRecords, type Estimate, estimatedLabels, type RunLabels} from "./estimator.ts";

export const NO_FIRST_TOKENS =
  "no probabilities of the answers' first tokens: both start with the same token, or the run was captured before they were stored";

type Answers = Pick<Assessment, "reasonable" | "unreasonable">;

/**
 * The share of "reasonable" among the two answers to each label's question, with the remark on their mass.
 *
 * @param read which probabilities of the two answers count; absent if a question has none of their first tokens
 * @param zero the reason for no estimate if both probabilities of a label are 0
 * @throws RangeError if there is not one question per label
 */
export function unaryShares(
  run: RunLabels,
  {unary: asked}: Pick<DocumentRecords, "unary">,
  read: (assessment: Assessment) => Answers | undefined,
  zero: string,
): Estimate {
  if (asked === undefined) return {reason: "no question about single labels was captured"};
  const count = estimatedLabels(run).length;
  if (asked.labels.length !== count) throw new RangeError(`${asked.labels.length} questions for ${count} labels`);
  const answers = asked.labels.flatMap(one => read(one) ?? []);
  if (answers.length < count) return {reason: NO_FIRST_TOKENS};
  const values = answers.map(({reasonable, unreasonable}) => reasonable / (reasonable + unreasonable));
  if (values.some(Number.isNaN)) return {reason: zero};
  return {values, ...massRemarks(unaryMass({labels: answers}))};
}
