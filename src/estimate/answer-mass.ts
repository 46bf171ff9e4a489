import type {Binary, Unary} from "../records/questions.ts";
import type {DocumentRecords, Remark} from "./estimator.ts";

/** Below this the model mostly says something else than the two answers asked for. */
export const LOW_ANSWER_MASS = 0.5;

/** The mean over a document's questions of what the two answers hold together; undefined without a question. */
export function unaryMass({labels}: Pick<Unary, "labels">): number | undefined {
  return mean(labels.map(({reasonable, unreasonable}) => reasonable + unreasonable));
}

/** As `unaryMass`, over both presentation orders of every pair. */
export function binaryMass({pairs}: Pick<Binary, "pairs">): number | undefined {
  return mean(pairs.flatMap(({asked}) => asked.map(({first, second}) => first + second)));
}

/** What to remark of a document's answer mass: below a half, the estimate stays but is not to be trusted. */
export function massRemarks(mass: number | undefined): {readonly remarks?: readonly Remark[]} {
  return mass !== undefined && mass < LOW_ANSWER_MASS ? {remarks: ["low-answer-mass"]} : {};
}

/** How much of its probability a model gives to the answers that it is asked for. */
export interface AnswerMass {
  /** Mean over documents of the mean over their questions, in [0, 1]. */
  readonly mean: number;
  readonly documents: number;
  /** Documents below a half. */
  readonly low: number;
  /** For a person, where the mean is below a half: the model was not trained to answer such questions. */
  readonly warning?: string;
}

/**
 * The answer mass of a run: whether the model answers the questions at all.
 *
 * @param kind of question, as estimators name it
 * @returns undefined where no document was asked
 * Source: METHODS §3, `unary`
 */
export function answerMass(kind: "unary" | "binary", documents: readonly DocumentRecords[]): AnswerMass | undefined {
  const masses = documents.flatMap(({unary, binary}) => {
    if (kind === "unary") return unary === undefined ? [] : (unaryMass(unary) ?? []);
    return binary === undefined ? [] : (binaryMass(binary) ?? []);
  });
  const average = mean(masses);
  if (average === undefined) return undefined;
  const warning =
    `the model gives the answers asked for by "${kind}" ${average.toPrecision(2)} of its probability: ` +
    "it was hardly going to answer, and the estimates describe the little that is left";
  return {
    mean: average,
    documents: masses.length,
    low: masses.filter(mass => mass < LOW_ANSWER_MASS).length,
    ...(average < LOW_ANSWER_MASS ? {warning} : {}),
  };
}

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
