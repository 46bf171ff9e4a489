import {perDocument} from "./per-document.ts";

/**
 * Coverage error: how far down the ranking one must go to meet every gold label of a document, averaged over documents.
 *
 * Counts the labels with an estimate at least that of the lowest gold label; ties count all. At best the mean number of
 * gold labels, not 0. A document without a gold label has no value; `documentsWithoutGold: "as-scikit-learn"` gives it
 * 0.
 *
 * Source: METHODS §4; scikit-learn `coverage_error`
 */
export const coverageError = perDocument({
  name: "coverage-error",
  title: "Coverage error",
  summary: "labels that must be taken from the top to meet every gold label, over documents with a gold label",
  target: "gold",
  better: "smaller",
  unit: "labels",
  range: labels => ({low: 0, high: labels}),
  whyNoValue: "no gold label",
  ofDocument: ({q, target}, options) => {
    const gold = q.filter((_, index) => target[index] === 1);
    if (gold.length === 0) return options.documentsWithoutGold === "as-scikit-learn" ? 0 : undefined;
    const lowest = gold.reduce((least, score) => Math.min(least, score), 1);
    return q.filter(score => score >= lowest).length;
  },
});
