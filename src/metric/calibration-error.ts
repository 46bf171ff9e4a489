import type {Weights} from "../stats/weights.ts";
import type {Target, TargetTable} from "./input.ts";
import {type Metric, unitRange} from "./metric.ts";
import {type PooledCore, preparePooled} from "./pooled.ts";
import {CALIBRATION_BINS, calibrationBin} from "./reliability.ts";

/**
 * Expected calibration error (ECE) against one target: over 15 equal bins of q, the mean gap between estimate and
 * target, weighted by how many document–label pairs are in the bin. Empty bins weigh nothing.
 *
 * A constant estimate equal to the base rate has ECE 0: calibrated is not the same as informative. With few pairs the
 * value is biased upwards, and a bootstrap interval, which adds noise to every bin, tends to lie above it.
 *
 * Source: METHODS §4; Guo et al. 2017
 */
export function calibrationError(description: {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly target: Target;
}): Metric {
  return {
    ...description,
    shape: "pooled",
    better: "smaller",
    unit: "share",
    interval: "bca",
    range: unitRange,
    prepare: table => preparePooled(table, description.target, calibrationCore),
  };
}

/**
 * Σ over bins of |Σ w(q − target)| / Σ w. A document's gaps are first added up within each bin, so that a resample visits
 * each document's few bins and not each of its labels.
 */
function calibrationCore(usable: TargetTable): PooledCore {
  const rowList: number[] = [];
  const binList: number[] = [];
  const gapList: number[] = [];
  usable.documents.forEach(({q, target}, index) => {
    const gaps = new Map<number, number>();
    q.forEach((value, label) => {
      const bin = calibrationBin(value);
      gaps.set(bin, (gaps.get(bin) ?? 0) + value - (target[label] ?? 0));
    });
    for (const [bin, gap] of gaps) {
      rowList.push(usable.rows[index] ?? 0);
      binList.push(bin);
      gapList.push(gap);
    }
  });
  const entryRows = Int32Array.from(rowList);
  const bins = Uint8Array.from(binList);
  const gaps = Float64Array.from(gapList);
  const sums = new Float64Array(CALIBRATION_BINS);
  const {rows, labels} = usable;
  const value = (weights: Weights): number | undefined => {
    let drawn = 0;
    for (let index = 0; index < rows.length; index += 1) drawn += weights[rows[index] ?? 0] ?? 0;
    if (drawn === 0) return undefined;
    sums.fill(0);
    for (let entry = 0; entry < bins.length; entry += 1) {
      const bin = bins[entry] ?? 0;
      sums[bin] = (sums[bin] ?? 0) + (weights[entryRows[entry] ?? 0] ?? 0) * (gaps[entry] ?? 0);
    }
    return sums.reduce((total, sum) => total + Math.abs(sum), 0) / (drawn * labels.length);
  };
  return {value};
}
