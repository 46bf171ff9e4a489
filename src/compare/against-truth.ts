import {estimatedLabels} from "../estimate/estimator.ts";
import {truth} from "../estimate/truth.ts";
import {byName} from "../records/record-of.ts";
import type {AgainstTruth} from "../records/results/estimates.ts";
import type {Measured} from "../records/results/value.ts";
import type {ComparedTask} from "./compared-task.ts";
import {type DocumentValues, meansOf} from "./mean-of.ts";
import type {CompareSettings} from "./settings.ts";
import type {EstimateRow} from "./system.ts";

const WHY = "no document has both an estimate and a truth";

/**
 * How far each row is from the exact marginals of a synthetic corpus; nothing where no document carries a truth.
 *
 * Bias keeps the sign, so that errors of opposite sign cancel in it; error does not. Both are sums over the labels.
 *
 * @returns by row, in their order
 */
export function againstTruth(
  rows: readonly EstimateRow[],
  task: ComparedTask,
  settings: CompareSettings,
): (AgainstTruth | undefined)[] {
  const labels = {labels: [...task.labels], noneLabel: null};
  const marginals = task.documents.map(document => {
    const exact = truth.estimate(labels, {document, split: "test"});
    return "reason" in exact ? undefined : exact.values;
  });
  if (marginals.every(values => values === undefined)) return rows.map(() => undefined);
  const errors = rows.map(row =>
    marginals.map((exact, index) => {
      const estimate = row.estimates.documents[index]?.estimate;
      if (exact === undefined || estimate === undefined || "reason" in estimate) return undefined;
      return exact.map((value, label) => (estimate.values[label] ?? 0) - value);
    }),
  );
  const lists = errors.flatMap((documents): DocumentValues[] => [
    documents.map(one => one?.reduce((sum, error) => sum + error, 0)),
    documents.map(one => one?.reduce((sum, error) => sum + Math.abs(error), 0)),
  ]);
  const means = meansOf(lists, task.documents.length, settings, WHY);
  return errors.map((documents, index) => {
    const [bias, error] = [means[2 * index], means[2 * index + 1]];
    if (bias === undefined || error === undefined) throw new RangeError("a mean is missing");
    const parts = estimatedLabels(labels).map((label, place) => [label, plainMean(documents, place)] as const);
    return {bias, error, labels: byName(parts)};
  });
}

/** The mean error of one label, without an interval. */
function plainMean(documents: readonly (readonly number[] | undefined)[], label: number): Measured {
  const known = documents.flatMap(one => one?.[label] ?? []);
  if (known.length === 0) return {reason: WHY, n: 0};
  return {value: known.reduce((sum, value) => sum + value, 0) / known.length, n: known.length};
}
