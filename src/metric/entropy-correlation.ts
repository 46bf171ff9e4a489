import {entropyBits} from "../math/entropy.ts";
import {onceEach, type Weights} from "../stats/weights.ts";
import type {MetricTable, TargetTable} from "./input.ts";
import type {Metric, MetricPart} from "./metric.ts";
import {labelsLeftOut, meanOfKnown, type PooledCore, preparePooled} from "./pooled.ts";

/** Entropies closer than this, in bits, are the same one: 1e-8 and 1 − 1e-8 have entropies apart by rounding only. */
const SAME_BITS = 1e-9;

/**
 * Entropy correlation: for each label Pearson's r over documents between the binary entropies of Ĥ_l and of q_l; the mean
 * over the labels of which both vary.
 *
 * It asks whether the estimate is unsure where people disagree. A constant row, and one of 0 and 1 alone, has none; nor has
 * a label on which annotators are never (or always equally) divided, and so nor has data with aggregated labels. Such
 * labels are left out of the mean and counted. In a resample a label may stop varying, so the interval is the percentile one.
 *
 * Source: METHODS §4; scipy.stats.pearsonr
 */
export const entropyCorrelation: Metric = {
  name: "entropy-correlation",
  title: "Entropy r",
  summary: "correlation over documents of the binary entropies of estimate and human distribution, mean over labels",
  shape: "pooled",
  target: "human",
  better: "larger",
  unit: "Pearson's r",
  interval: "percentile",
  range: () => ({low: -1, high: 1}),
  prepare: table => preparePooled(table, "human", usable => core(usable, positivesOf(table))),
};

function positivesOf({labels, gold}: MetricTable): number[] {
  return labels.map((_, label) => gold.documents.filter(({target}) => target[label] === 1).length);
}

function core({rows, documents, labels, total}: TargetTable, positives: readonly number[]): PooledCore {
  const columns = labels.map((_, label) => ({
    q: Float64Array.from(documents, ({q}) => binaryEntropyBits(q[label] ?? 0)),
    human: Float64Array.from(documents, ({target}) => binaryEntropyBits(target[label] ?? 0)),
  }));
  const ones = onceEach(total);
  const parts = labels.map((label, index): MetricPart => {
    const {q, human} = columns[index] ?? {q: new Float64Array(), human: new Float64Array()};
    const value = weightedPearson(q, human, rows, ones);
    const reason = rangeOf(q, rows, ones) > SAME_BITS ? NOT_DIVIDED : NOT_VARYING;
    return {label, value, ...(value === undefined ? {reason} : {}), positives: positives[index] ?? 0};
  });
  return {
    value: (weights: Weights) => meanOfKnown(columns.map(({q, human}) => weightedPearson(q, human, rows, weights))),
    reason: "of no label do both entropies vary",
    leftOut: labelsLeftOut(parts),
    parts,
  };
}

const NOT_VARYING = "its estimate is equally unsure in every document";
const NOT_DIVIDED = "its annotators are equally divided in every document";

function binaryEntropyBits(share: number): number {
  return entropyBits([share, 1 - share]);
}

function rangeOf(values: Float64Array, rows: Int32Array, weights: Weights): number {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < rows.length; index += 1) {
    if ((weights[rows[index] ?? 0] ?? 0) === 0) continue;
    least = Math.min(least, values[index] ?? 0);
    most = Math.max(most, values[index] ?? 0);
  }
  return most - least;
}

/** Pearson's r of weighted documents; `undefined` where either side does not vary. */
function weightedPearson(x: Float64Array, y: Float64Array, rows: Int32Array, weights: Weights): number | undefined {
  if (!(rangeOf(x, rows, weights) > SAME_BITS && rangeOf(y, rows, weights) > SAME_BITS)) return undefined;
  let [drawn, sumX, sumY] = [0, 0, 0];
  for (let index = 0; index < rows.length; index += 1) {
    const weight = weights[rows[index] ?? 0] ?? 0;
    drawn += weight;
    sumX += weight * (x[index] ?? 0);
    sumY += weight * (y[index] ?? 0);
  }
  let [xx, yy, xy] = [0, 0, 0];
  for (let index = 0; index < rows.length; index += 1) {
    const weight = weights[rows[index] ?? 0] ?? 0;
    const [fromX, fromY] = [(x[index] ?? 0) - sumX / drawn, (y[index] ?? 0) - sumY / drawn];
    xx += weight * fromX * fromX;
    yy += weight * fromY * fromY;
    xy += weight * fromX * fromY;
  }
  return Math.min(1, Math.max(-1, xy / Math.sqrt(xx * yy)));
}
