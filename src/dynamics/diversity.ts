import type {Dynamics} from "../records/results/dynamics.ts";
import {type Samples, shareOf} from "./measure.ts";
import {compareIds, labelsOf, NO_DOCUMENTS, type RunView} from "./run-view.ts";

interface Said {
  readonly row: number;
  readonly answer: string;
}

/**
 * How many different answers a model gives, and how often the most common one, against the gold sets.
 *
 * Small models often give one answer whatever the document is: then the label distribution is a prior, not a belief about
 * the document. A malformed answer counts by its text. The interval of the share keeps to the answer that is the most
 * common one here.
 *
 * @param why why there are no answers of the model's own, where there are none
 * Source: METHODS §5
 */
export function diversity(view: RunView, samples: Samples, why?: string): Dynamics["diversity"] {
  const traced = why === undefined ? view.traced : [];
  const none = view.noneLabel ?? "(none)";
  const setOf = (labels: readonly string[]) =>
    labelsOf(view)
      .filter(label => labels.includes(label))
      .join(", ") || none;
  const written = traced.map(({row, answer}) => ({
    row,
    answer: answer.wellFormed ? answer.labels.join(", ") || none : answer.text,
  }));
  const sets = traced.map(({row, answer}) => ({row, answer: setOf(answer.labels)}));
  const gold = view.traced.flatMap(({row, gold}) => (gold === undefined ? [] : [{row, answer: setOf(gold)}]));
  return {
    answers: countAnswers(samples, written, why ?? NO_DOCUMENTS),
    sets: countAnswers(samples, sets, why ?? NO_DOCUMENTS),
    gold: countAnswers(samples, gold, view.traced.length === 0 ? NO_DOCUMENTS : "no document is annotated"),
  };
}

function countAnswers(samples: Samples, said: readonly Said[], why: string): Dynamics["diversity"]["answers"] {
  const counts = new Map<string, number>();
  for (const {answer} of said) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const [top] = [...counts].sort((one, other) => other[1] - one[1] || compareIds(one[0], other[0]));
  return {
    distinct: counts.size,
    ...(top === undefined ? {} : {mostCommon: {answer: top[0], documents: top[1]}}),
    mostCommonShare: shareOf(
      samples,
      said.map(({row, answer}) => ({row, holds: answer === top?.[0]})),
      why,
    ),
  };
}
