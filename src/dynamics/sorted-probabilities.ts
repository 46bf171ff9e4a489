import type {Dynamics} from "../records/results/dynamics.ts";
import {meanOf, type Samples} from "./measure.ts";
import {NO_DOCUMENTS, type RunView} from "./run-view.ts";

/**
 * The label probabilities at step 1 by falling size, as means over documents: how much is left for the second label.
 *
 * The null label competes. The paper leaves out documents whose top probability is below 0.3 without saying so; here the
 * default is to leave out none, and the count is always given.
 *
 * @param threshold documents whose top probability is below it are left out; in [0, 1]
 * @throws RangeError for another threshold
 * Source: METHODS §5
 */
export function sortedProbabilities(
  view: RunView,
  samples: Samples,
  threshold: number,
): Dynamics["sortedProbabilities"] {
  if (!(threshold >= 0 && threshold <= 1)) throw new RangeError(`a threshold lies in [0, 1], not at ${threshold}`);
  const first = sortedAtFirst(view);
  const kept = first.filter(({sorted}) => (sorted[0] ?? 0) >= threshold);
  const why =
    first.length > 0
      ? `no document has a top probability of at least ${threshold}`
      : `${NO_DOCUMENTS} with a first step`;
  return {
    ranks: view.labels.map((_, index) => ({
      rank: index + 1,
      probability: meanOf(
        samples,
        kept.map(({row, sorted}) => ({row, value: sorted[index] ?? 0})),
        why,
      ),
    })),
    threshold,
    dropped: first.length - kept.length,
    n: kept.length,
  };
}

/** The probabilities of each document's first step, largest first. */
function sortedAtFirst(view: RunView): {readonly row: number; readonly id: string; readonly sorted: number[]}[] {
  return view.traced.flatMap(({row, id, steps}) => {
    const step = steps.get(1);
    return step === undefined ? [] : [{row, id, sorted: [...step.probabilities].sort((one, other) => other - one)}];
  });
}
