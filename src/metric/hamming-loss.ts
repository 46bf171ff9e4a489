import {unitRange} from "./metric.ts";
import {perDocument} from "./per-document.ts";
import {countLabels} from "./predicted.ts";

/**
 * Hamming loss: the share of document–label pairs where prediction and gold differ.
 *
 * Where labels are rare, predicting nothing already scores well.
 *
 * Source: METHODS §4; scikit-learn `hamming_loss`
 */
export const hammingLoss = perDocument({
  name: "hamming-loss",
  title: "Hamming loss",
  summary: "share of document–label pairs where prediction and gold differ",
  target: "gold",
  better: "smaller",
  unit: "share",
  range: unitRange,
  ofDocument: document => (document.q.length - countLabels(document).agreeing) / document.q.length,
});
