import {unitRange} from "./metric.ts";
import {perDocument} from "./per-document.ts";

/**
 * Brier score: mean over document–label pairs of (q − Ĥ)².
 *
 * All documents have the same labels, so the mean over pairs is the mean over documents of each one's mean: the metric
 * has a value a document and can be paired.
 *
 * Source: METHODS §4; scikit-learn `mean_squared_error` of q to Ĥ (`brier_score_loss` for 0/1 annotations)
 */
export const brier = perDocument({
  name: "brier",
  title: "Brier",
  summary: "mean over document–label pairs of the squared distance of the estimate to the human distribution",
  target: "human",
  better: "smaller",
  unit: "squared share",
  range: unitRange,
  ofDocument: ({q, target}) => q.reduce((sum, value, index) => sum + (value - (target[index] ?? 0)) ** 2, 0) / q.length,
});
