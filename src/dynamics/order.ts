import {largest} from "../math/extremes.ts";
import type {Dynamics} from "../records/results/dynamics.ts";
import {meanOf, type Samples, shareOf} from "./measure.ts";
import {compareIds, NO_DOCUMENTS, type RunView, type TracedDocument} from "./run-view.ts";
import {MOST_STEPS} from "./steps.ts";

/**
 * Precision of the first, second … emitted label, on answers that name at least two: is the second label as often right
 * as the first?
 *
 * An emitted label is right where it is in the gold set. Malformed answers count with the labels that they name in full.
 *
 * @param why why there are no answers of the model's own, where there are none
 * Source: METHODS §5
 */
export function accuracyByOrder(view: RunView, samples: Samples, why?: string): Dynamics["accuracyByOrder"] {
  const several = why === undefined ? severalLabels(view).filter(({gold}) => gold !== undefined) : [];
  const places = Math.min(
    MOST_STEPS,
    largest(
      several.map(({answer}) => answer.labels.length),
      2,
    ),
  );
  const reason = why ?? noneOf(view, "no annotated document has an answer with two labels");
  return Object.fromEntries(
    Array.from({length: places}, (_, index) => {
      const there = several.filter(({answer}) => answer.labels.length > index);
      const right = there.map(({row, answer, gold}) => ({
        row,
        holds: gold?.includes(answer.labels[index] ?? "") ?? false,
      }));
      return [String(index + 1), shareOf(samples, right, reason)];
    }),
  );
}

/**
 * The share of answers in alphabetical order and in the prompt's, over answers with at least two labels.
 *
 * The two shares are no evidence where the prompt's order is alphabetical: then they are one number. `byChance` is what a
 * random order of the same labels would have.
 *
 * @param promptOrder the labels as the prompt lists them
 * @param why why there are no answers of the model's own, where there are none
 * Source: METHODS §5; [Ma et al. 2025, Table 7]
 */
export function orderBias(
  view: RunView,
  samples: Samples,
  promptOrder: readonly string[],
  why?: string,
): Dynamics["order"] {
  const several = why === undefined ? severalLabels(view) : [];
  const reason = why ?? noneOf(view, "no answer names two labels");
  const inOrder = (before: (left: string, right: string) => boolean) =>
    shareOf(
      samples,
      several.map(({row, answer}) => ({row, holds: isSorted(answer.labels, before)})),
      reason,
    );
  return {
    alphabetical: inOrder((left, right) => compareIds(left, right) < 0),
    prompt: inOrder((left, right) => promptOrder.indexOf(left) < promptOrder.indexOf(right)),
    byChance: meanOf(
      samples,
      several.map(({row, answer}) => ({row, value: 1 / factorial(answer.labels.length)})),
      reason,
    ),
    promptOrder: [...promptOrder],
  };
}

/**
 * How often an answer, and a gold set, has at least two labels, beside the demonstrations' share.
 *
 * @param demonstrations the prompt's composition
 * @param why why there are no answers of the model's own, where there are none
 * Source: METHODS §5; [Ma et al. 2025, Fig. 6]
 */
export function multiLabel(
  view: RunView,
  samples: Samples,
  demonstrations: {readonly count: number; readonly multi: number},
  why?: string,
): Dynamics["multiLabel"] {
  const answers = why === undefined ? view.traced : [];
  const gold = view.traced.flatMap(({row, gold}) => (gold === undefined ? [] : [{row, holds: gold.length > 1}]));
  const {count, multi} = demonstrations;
  return {
    answers: shareOf(
      samples,
      answers.map(({row, answer}) => ({row, holds: answer.labels.length > 1})),
      why ?? NO_DOCUMENTS,
    ),
    gold: shareOf(samples, gold, noneOf(view, "no document is annotated")),
    demonstrations: {count, multi, ...(count === 0 ? {} : {share: multi / count})},
  };
}

function severalLabels(view: RunView): TracedDocument[] {
  return view.traced.filter(({answer}) => answer.labels.length > 1);
}

function noneOf(view: RunView, otherwise: string): string {
  return view.traced.length === 0 ? NO_DOCUMENTS : otherwise;
}

function isSorted(labels: readonly string[], before: (left: string, right: string) => boolean): boolean {
  return labels.every((label, index) => index === 0 || before(labels[index - 1] ?? "", label));
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
