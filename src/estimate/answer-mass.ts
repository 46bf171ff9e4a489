import type {Binary, Unary} from "../records/questions.ts";
import type {Remark} from "./estimator.ts";

/** Below this the model mostly says something else than the two answers asked for. */
const LOW_ANSWER_MASS = 0.5;

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

function mean(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}
