import type {PaperDynamics} from "../records/results/fate.ts";
import {type Samples, shareOf} from "./measure.ts";
import {NO_DOCUMENTS, type RunView, rankLabels} from "./run-view.ts";

/**
 * Two numbers as the authors' code and figures have them, to stand beside the paper's; `secondFates` and `rankingDynamics`
 * are our own readings.
 *
 * `neverPredicted@paper` (Table 4): all label steps that are followed by another are pooled. The runner-up is the second
 * of the label distribution, whatever it is: the null label and labels already emitted compete. Of the steps where it is not
 * the argmax at the next one, the share whose runner-up is not in the answer: the null label never is.
 *
 * `secondIsSecond@paper` (Figure 11): over documents with two label steps whose runner-up at step 1 is in the answer at
 * all, the share that emits it second.
 *
 * @param forced why the answers are not the model's own, where they are not
 * Source: METHODS §3; scripts/ml-distribution/contrast_distributions_plot.py of gchochla/LLM-multilabel-differently
 */
export function paperDynamics(view: RunView, samples: Samples, forced?: string): PaperDynamics {
  const traced = forced === undefined ? view.traced : [];
  const runnerUpOf = (step: Parameters<typeof rankLabels>[0]) => rankLabels(step)[1];
  const differ = traced.flatMap(({row, steps, answer}) =>
    [...steps.values()].flatMap(step => {
      const next = steps.get(step.r + 1);
      const runnerUp = runnerUpOf(step);
      if (next === undefined || runnerUp === undefined || rankLabels(next)[0] === runnerUp) return [];
      return [{row, holds: !answer.labels.includes(view.labels[runnerUp] ?? "")}];
    }),
  );
  const among = traced.flatMap(({row, steps, answer}) => {
    const [first, second] = [steps.get(1), steps.get(2)];
    const runnerUp = first === undefined ? undefined : view.labels[runnerUpOf(first) ?? -1];
    if (second === undefined || runnerUp === undefined || !answer.labels.includes(runnerUp)) return [];
    return [{row, holds: second.emitted.kind === "label" && second.emitted.label === runnerUp}];
  });
  const why = (otherwise: string) => forced ?? (view.traced.length === 0 ? NO_DOCUMENTS : otherwise);
  return {
    "neverPredicted@paper": {
      steps: differ.length,
      share: shareOf(
        samples,
        differ,
        why("the runner-up is the next argmax at every step that is followed by another"),
      ),
    },
    "secondIsSecond@paper": {
      steps: among.length,
      share: shareOf(samples, among, why("of no document with two label steps is the runner-up in the answer")),
    },
  };
}
