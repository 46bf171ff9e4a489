import {binaryMass, unaryMass} from "../estimate/answer-mass.ts";
import {percent} from "../percent.ts";
import type {Binary, Unary} from "../records/questions.ts";
import type {Tree} from "../records/tree.ts";
import type {AnswerFacts} from "./answer-facts.ts";

/** Shares beyond which a reader is warned; docs/compare.md lists them. */
const LIMITS = {sameAnswer: 0.8, wellFormed: 0.8, argmaxIsNoLabel: 0.2, mass: 0.5};
/** With fewer answers than this, one that is common says nothing. */
const FEW_ANSWERS = 10;
/** Longer answers are cut where they are quoted, in characters. */
const MOST_QUOTED = 80;

/** A reason to think twice about a run's numbers: a code for programs and a sentence for people. */
export interface AnswerWarning {
  readonly code: string;
  readonly text: string;
}

/** The probability that a document's record gives to what was asked for; `undefined` without a question. */
export const massOf = {
  /** The upper bound: what is below the limit is then certainly below it. */
  tree: ({wellFormedMass}: Pick<Tree, "wellFormedMass">): number | undefined => wellFormedMass.upper,
  unary: (record: Pick<Unary, "labels">) => unaryMass(record),
  binary: (record: Pick<Binary, "pairs">) => binaryMass(record),
} as const;

/**
 * What should make a person think twice about a run's answers: said by the run that has just captured them, and by every
 * comparison and page that shows them.
 *
 * @param own whether the answers are the model's own; of forced ones nothing is said but what stood at the label steps
 */
export function answerWarnings(facts: AnswerFacts, own: boolean): AnswerWarning[] {
  const {documents, wellFormed, malformedExample, mostCommon, firstStep} = facts;
  const warnings: AnswerWarning[] = [];
  if (documents === 0) return warnings;
  const warn = (code: string, text: string) => void warnings.push({code, text});
  if (own && malformedExample !== undefined && wellFormed < LIMITS.wellFormed * documents)
    warn(
      "malformed-answers",
      `only ${wellFormed} of ${documents} answers are well-formed (${percent(wellFormed / documents)}); e.g. document "${malformedExample.id}": ${quoted(malformedExample.text)} (${malformedExample.problems.join(", ")})`,
    );
  if (
    own &&
    documents >= FEW_ANSWERS &&
    mostCommon !== undefined &&
    mostCommon.documents > LIMITS.sameAnswer * documents
  )
    warn(
      "same-answer",
      `${percent(mostCommon.documents / documents)} of the answers are the same (${quoted(mostCommon.text)}): a distribution that ignores the document is not a belief about it`,
    );
  if (firstStep === undefined) return warnings;
  const noLabel = 1 - firstStep.argmaxIsLabel;
  if (noLabel > LIMITS.argmaxIsNoLabel)
    warn(
      "argmax-is-no-label",
      `at the first label step of ${percent(noLabel)} of the documents the best token starts no label: the label distribution describes what the model was not about to say`,
    );
  if (firstStep.labelMass < LIMITS.mass)
    warn(
      "label-mass",
      `the labels hold ${firstStep.labelMass.toFixed(2)} of the probability at the first label step on average: the label distribution describes what the model was mostly not about to say`,
    );
  return warnings;
}

/**
 * What should make a person think twice about label trees and questions.
 *
 * @param masses means over documents of what `massOf` gives; absent if there are none
 */
export function massWarnings(masses: {readonly [name in keyof typeof massOf]?: number | undefined}): AnswerWarning[] {
  const {tree} = masses;
  const low = (["unary", "binary"] as const).flatMap(name => {
    const mass = masses[name];
    return mass === undefined || mass >= LIMITS.mass ? [] : [`"${name}" (${mass.toFixed(2)})`];
  });
  return [
    ...(tree === undefined || tree >= LIMITS.mass
      ? []
      : [
          {
            code: "well-formed-mass",
            text: `well-formed answers hold at most ${tree.toFixed(2)} of the probability on average: "marginal" describes answers that the model rarely gives`,
          },
        ]),
    ...(low.length === 0
      ? []
      : [
          {
            code: "answer-mass",
            text: `the two answers asked for hold little of the probability on average in ${low.join(" and ")}: the ratio of two things the model would not say is noise`,
          },
        ]),
  ];
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, MOST_QUOTED));
}
