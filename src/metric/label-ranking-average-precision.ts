import {unitRange} from "./metric.ts";
import {perDocument} from "./per-document.ts";

/**
 * Label-ranking average precision (LRAP): how many of the labels ranked at or above a gold label are gold, averaged over
 * the gold labels of a document and then over documents.
 *
 * Ties rank low: labels with equal estimates all get the last of their places, so a constant estimate scores the gold
 * share. 1 where every label is gold. A document without a gold label has no value; `documentsWithoutGold:
 * "as-scikit-learn"` gives it 1.
 *
 * Source: METHODS §4; scikit-learn `label_ranking_average_precision_score`
 */
export const labelRankingAveragePrecision = perDocument({
  name: "label-ranking-average-precision",
  title: "LRAP",
  summary: "share of gold labels among those ranked at or above each gold label, over documents with a gold label",
  target: "gold",
  better: "larger",
  unit: "share",
  range: unitRange,
  whyNoValue: "no gold label",
  ofDocument: ({q, target}, options) => {
    const gold = [...q].filter((_, index) => target[index] === 1);
    if (gold.length === 0) return options.documentsWithoutGold === "as-scikit-learn" ? 1 : undefined;
    const precisions = gold.map(
      score => gold.filter(other => other >= score).length / q.filter(other => other >= score).length,
    );
    return precisions.reduce((sum, precision) => sum + precision, 0) / gold.length;
  },
});
