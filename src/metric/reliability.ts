import type {TargetTable} from "./input.ts";

/** How many equal bins calibration is measured in. */
export const CALIBRATION_BINS = 15;

/** The document–label pairs whose estimate falls into one bin. */
export interface ReliabilityBin {
  /** The bin holds q with low < q ≤ high; the first one also q = 0. */
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
  /** Means over the pairs; `undefined` for an empty bin. */
  readonly meanEstimate: number | undefined;
  readonly meanTarget: number | undefined;
}

/**
 * The bin of an estimate: 0 for [0, 1/15], 1 for (1/15, 2/15] … 14 for (14/15, 1].
 *
 * Decided by comparison with the edges k/15 themselves and not by dividing, so that an estimate on an edge is in the lower
 * bin whatever a division would round to.
 *
 * @param q in [0, 1]
 * Source: METHODS §4
 */
export function calibrationBin(q: number): number {
  let bin = 0;
  while (bin < CALIBRATION_BINS - 1 && q > (bin + 1) / CALIBRATION_BINS) bin += 1;
  return bin;
}

/** The reliability diagram: estimate against target, bin by bin, over all document–label pairs. */
export function reliability(table: TargetTable): ReliabilityBin[] {
  const sums = Array.from({length: CALIBRATION_BINS}, () => ({pairs: 0, estimate: 0, target: 0}));
  for (const {q, target} of table.documents) {
    q.forEach((value, label) => {
      const sum = sums[calibrationBin(value)];
      if (sum === undefined) throw new RangeError(`estimate ${value} is in no bin`);
      sum.pairs += 1;
      sum.estimate += value;
      sum.target += target[label] ?? 0;
    });
  }
  return sums.map(({pairs, estimate, target}, bin) => ({
    low: bin / CALIBRATION_BINS,
    high: (bin + 1) / CALIBRATION_BINS,
    pairs,
    meanEstimate: pairs === 0 ? undefined : estimate / pairs,
    meanTarget: pairs === 0 ? undefined : target / pairs,
  }));
}
