import {LabelscopeError} from "../errors.ts";
import type {Statistic} from "../stats/draws.ts";
import {type MetricDocument, type MetricInput, metricTable} from "./input.ts";
import type {Metric, MetricOptions, PreparedMetric} from "./metric.ts";

/**
 * The difference of two systems' values, left − right, on resamples of the documents: for a paired bootstrap.
 *
 * A document for which either has no estimate is left out of both, so that the two values are on the same documents.
 *
 * @throws LabelscopeError `unpaired-documents` if the two do not have the same labels, documents and annotations in the
 *   same order
 */
export function pairMetric(
  metric: Metric,
  systems: {readonly left: MetricInput; readonly right: MetricInput},
  options?: MetricOptions,
): Statistic {
  const {left: leftInput, right: rightInput} = systems;
  checkPaired(leftInput, rightInput);
  const paired = leftInput.documents.map((document, index) => ({left: document, right: rightInput.documents[index]}));
  const prepared = (own: "left" | "right"): PreparedMetric => {
    const documents = paired.flatMap(({left, right}): MetricDocument[] => {
      if (right === undefined) return [];
      const q = left.q === undefined || right.q === undefined ? undefined : {left: left.q, right: right.q}[own];
      return [{...left, q}];
    });
    return metric.prepare(metricTable({labels: leftInput.labels, documents}), options);
  };
  const [left, right] = [prepared("left"), prepared("right")];
  return {
    documents: Math.min(left.documents, right.documents),
    value: weights => minus(left.value(weights), right.value(weights)),
  };
}

function minus(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : left - right;
}

function checkPaired(left: MetricInput, right: MetricInput): void {
  const same = (a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean =>
    a?.length === b?.length && (a ?? []).every((value, index) => value === b?.[index]);
  const fail = (message: string): never => {
    throw new LabelscopeError({
      code: "unpaired-documents",
      message,
      next: "compare runs of the same task and documents, in the same order",
    });
  };
  if (!same(left.labels, right.labels)) fail(`labels differ: ${left.labels.join(", ")} / ${right.labels.join(", ")}`);
  if (left.documents.length !== right.documents.length) {
    fail(`${left.documents.length} documents against ${right.documents.length}`);
  }
  left.documents.forEach((document, index) => {
    const other = right.documents[index];
    if (document.id !== other?.id)
      fail(`document ${index + 1} is "${document.id}" on one side and "${other?.id}" on the other`);
    if (!same(document.human, other?.human) || !same(document.gold, other?.gold)) {
      fail(`document "${document.id}" has different annotations on the two sides`);
    }
  });
}
