import type {Dynamics} from "../records/results/dynamics.ts";
import {problemSchema} from "../records/trace.ts";
import {type Samples, shareOf} from "./measure.ts";
import {NO_DOCUMENTS, type RunView} from "./run-view.ts";

/**
 * The share of well-formed answers, and of answers with each problem that occurs. An answer may have several, and a
 * `straddled` one is well-formed all the same.
 *
 * @param why why there are no answers of the model's own, where there are none
 */
export function wellFormedness(view: RunView, samples: Samples, why?: string): Dynamics["wellFormed"] {
  const traced = why === undefined ? view.traced : [];
  const share = (holds: (answer: (typeof traced)[number]["answer"]) => boolean) =>
    shareOf(
      samples,
      traced.map(({row, answer}) => ({row, holds: holds(answer)})),
      why ?? NO_DOCUMENTS,
    );
  const occurring = problemSchema.options.filter(problem =>
    traced.some(({answer}) => answer.problems.includes(problem)),
  );
  return {
    share: share(answer => answer.wellFormed),
    problems: Object.fromEntries(
      occurring.map(problem => [problem, share(answer => answer.problems.includes(problem))]),
    ),
  };
}
