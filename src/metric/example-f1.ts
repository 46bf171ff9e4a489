import type {DocumentView} from "./input.ts";
import {unitRange} from "./metric.ts";
import {perDocument} from "./per-document.ts";
import {countLabels} from "./predicted.ts";

/**
 * Example-based F1: 2|P∩G| / (|P|+|G|) of the predicted and the gold set, averaged over documents.
 *
 * 1 where both sets are empty (nothing to find, nothing claimed): scikit-learn's `average="samples"` with
 * `zero_division=1`. 0 where only one of them is empty.
 *
 * Source: METHODS §4; [Ma et al. 2025, Table 2]
 */
export const exampleF1 = perDocument({
  name: "example-f1",
  title: "Example-F1",
  summary: "F1 of predicted and gold set a document, 1 where both are empty",
  target: "gold",
  better: "larger",
  unit: "share",
  range: unitRange,
  ofDocument: exampleF1Of,
});

/** 2|P∩G| / (|P|+|G|) of one document, 1 where both sets are empty. */
export function exampleF1Of(document: DocumentView): number {
  const {predicted, gold, both} = countLabels(document);
  return predicted + gold === 0 ? 1 : (2 * both) / (predicted + gold);
}
