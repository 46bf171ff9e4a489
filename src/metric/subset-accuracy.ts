import {unitRange} from "./metric.ts";
import {perDocument} from "./per-document.ts";
import {countLabels} from "./predicted.ts";

/**
 * Subset accuracy: the share of documents whose predicted set is exactly the gold set. Two empty sets are the same.
 *
 * Source: METHODS §4; scikit-learn `accuracy_score` on indicator matrices
 */
export const subsetAccuracy = perDocument({
  name: "subset-accuracy",
  title: "Subset accuracy",
  summary: "share of documents whose predicted set is exactly the gold set",
  target: "gold",
  better: "larger",
  unit: "share",
  range: unitRange,
  ofDocument: document => (countLabels(document).agreeing === document.q.length ? 1 : 0),
});
