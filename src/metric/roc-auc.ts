import type {Weights} from "../stats/weights.ts";
import {type Metric, unitRange} from "./metric.ts";
import {prepareRanking, type Ranking} from "./ranking.ts";

/**
 * ROC AUC: the chance that a document with the label gets a larger estimate for it than one without, ties counting half;
 * the mean over labels.
 *
 * A label in no gold set, or in all of them, has none and is left out of the mean. A constant estimate scores 0.5.
 *
 * Source: METHODS §4; scikit-learn `roc_auc_score`
 */
export const rocAuc: Metric = {
  name: "roc-auc",
  title: "ROC AUC",
  summary: "chance that a document with the label outranks one without, mean over labels with both classes",
  shape: "pooled",
  target: "gold",
  better: "larger",
  unit: "share",
  interval: "percentile",
  range: unitRange,
  prepare: table => prepareRanking("roc-auc", table, weightedRocAuc),
};

/** ROC AUC of one label on weighted documents; `undefined` where they are all in the gold set, or none is. */
function weightedRocAuc(ranking: Ranking, weights: Weights): number | undefined {
  const {rows, gold, endsTie} = ranking;
  let all = 0;
  let hits = 0;
  let allBefore = 0;
  let hitsBefore = 0;
  let pairs = 0;
  for (let rank = 0; rank < rows.length; rank += 1) {
    const weight = weights[rows[rank] ?? 0] ?? 0;
    all += weight;
    hits += weight * (gold[rank] ?? 0);
    if (endsTie[rank] === 1) {
      // Each document without the label in this tie loses to all hits above it and to half of those beside it.
      pairs += (all - allBefore - (hits - hitsBefore)) * ((hits + hitsBefore) / 2);
      allBefore = all;
      hitsBefore = hits;
    }
  }
  return hits === 0 || hits === all ? undefined : pairs / (hits * (all - hits));
}
