import type {Weights} from "../stats/weights.ts";
import {type Metric, unitRange} from "./metric.ts";
import {HIT, prepareRanking, type Ranking, READ} from "./ranking.ts";

/**
 * Average precision: documents ranked by the estimate of a label, Σ over ranks of precision × gain in recall; the mean
 * over labels. Documents with equal estimates enter together.
 *
 * A label in no gold set, or in all of them, has none and is left out of the mean (scikit-learn says 0 with a warning,
 * and 1). A constant estimate scores the label's gold share.
 *
 * Source: METHODS §4; scikit-learn `average_precision_score`
 */
export const averagePrecision: Metric = {
  name: "average-precision",
  title: "AP",
  summary: "average precision of ranking documents by each label, mean over labels with both classes",
  shape: "pooled",
  target: "gold",
  better: "larger",
  unit: "share",
  interval: "percentile",
  range: unitRange,
  prepare: table => prepareRanking("average-precision", table, weightedAveragePrecision),
};

/** Average precision of one label on weighted documents; `undefined` where they are all in the gold set, or none is. */
export function weightedAveragePrecision(ranking: Ranking, weights: Weights): number | undefined {
  const {rows, marks} = ranking;
  let all = 0;
  let hits = 0;
  let hitsBefore = 0;
  let sum = 0;
  for (let rank = 0; rank < rows.length; rank += 1) {
    const weight = weights[rows[rank] ?? 0] ?? 0;
    const mark = marks[rank] ?? 0;
    all += weight;
    if (mark === 0) continue;
    if (mark & HIT) hits += weight;
    if (mark & READ) {
      // Where no document was drawn yet there is no recall to gain either: 0 · 0/1.
      sum += (hits - hitsBefore) * (hits / (all || 1));
      hitsBefore = hits;
    }
  }
  return hits === 0 || hits === all ? undefined : sum / hits;
}
