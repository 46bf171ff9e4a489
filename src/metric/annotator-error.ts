import {unitRange} from "./metric.ts";
import {perDocument} from "./per-document.ts";
import {isPredicted} from "./predicted.ts";

/**
 * Annotators one by one: the share of labels that the predicted set has wrong against one annotator's set, averaged over
 * the document's annotators, then over documents.
 *
 * With P the predicted set it is the mean over labels of 1 − Ĥ_l where l is in P, and Ĥ_l where it is not, so the human
 * distribution says it all. Where annotators disagree it cannot reach 0: its floor is the error of the majority.
 *
 * Source: METHODS §4; the perspectivist task of Le-Wi-Di 2025
 */
export const annotatorError = perDocument({
  name: "annotator-error",
  title: "Annotator error",
  summary: "share of labels predicted wrongly for one annotator, mean over a document's annotators and over documents",
  target: "human",
  better: "smaller",
  unit: "share",
  range: unitRange,
  ofDocument: ({q, target}) =>
    q.reduce((sum, value, label) => {
      const share = target[label] ?? 0;
      return sum + (isPredicted(value) ? 1 - share : share);
    }, 0) / q.length,
});
