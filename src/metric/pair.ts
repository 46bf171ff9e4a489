import {LabelscopeError} from "../errors.ts";
import type {Statistic} from "../stats/draws.ts";
import type {Exchangeable} from "../stats/permutation.ts";
import {onceEach} from "../stats/weights.ts";
import {type MetricDocument, type MetricInput, metricTable} from "./input.ts";
import type {Metric, MetricOptions, PreparedMetric} from "./metric.ts";

/** One metric on two systems and the same documents, ready for intervals, tests and effect sizes. */
export interface MetricPair {
  readonly left: PreparedMetric;
  readonly right: PreparedMetric;
  /** left − right; `undefined` where either has no value. */
  readonly difference: number | undefined;
  /** The difference on resamples, for `resample`: a paired bootstrap. */
  readonly statistic: Statistic;
  /** The difference under exchanges of the systems' estimates, for `exchangeTest`. */
  readonly exchange: Exchangeable;
  /** Document values on both sides, for `signFlipTest` and `pairedEffect`; `undefined` for a pooled metric. */
  readonly documents: readonly {readonly id: string; readonly left: number; readonly right: number}[] | undefined;
  /** Documents without an estimate on one side: they are left out on both. */
  readonly oneSided: number;
}

/**
 * Sets two systems' estimates side by side.
 *
 * A document for which either has no estimate is left out of both, so that the two values are on the same documents;
 * how many is counted. The exchange is computed on a table of both systems, in which each document's weight is on one
 * estimate or the other: nothing is sorted or copied for a permutation.
 *
 * @throws LabelscopeError `unpaired-documents` where the two do not have the same labels, documents and annotations in
 *   the same order
 */
export function pairMetric(
  metric: Metric,
  systems: {readonly left: MetricInput; readonly right: MetricInput},
  options?: MetricOptions,
): MetricPair {
  const {left: leftInput, right: rightInput} = systems;
  checkPaired(leftInput, rightInput);
  const paired = leftInput.documents.map((document, index) => ({left: document, right: rightInput.documents[index]}));
  const oneSided = paired.filter(({left, right}) => (left.q === undefined) !== (right?.q === undefined)).length;
  const common = (own: "left" | "right"): MetricDocument[] =>
    paired.flatMap(({left, right}) => {
      if (right === undefined) return [];
      const q = left.q === undefined || right.q === undefined ? undefined : {left: left.q, right: right.q}[own];
      return [{...left, q}];
    });
  const {labels} = leftInput;
  const sides = {left: common("left"), right: common("right")};
  const left = metric.prepare(metricTable({labels, documents: sides.left}), options);
  const right = metric.prepare(metricTable({labels, documents: sides.right}), options);
  const difference = minus(left.result.value, right.result.value);
  const statistic: Statistic = {
    documents: Math.min(left.documents, right.documents),
    value: weights => minus(left.value(weights), right.value(weights)),
  };
  const exchange = exchangeable(metric, labels, sides, options);
  const {perDocument} = left;
  const documents =
    perDocument === undefined
      ? undefined
      : paired.flatMap(({left: {id}}, index) => {
          const [ours, theirs] = [perDocument[index], right.perDocument?.[index]];
          return ours === undefined || theirs === undefined ? [] : [{id, left: ours, right: theirs}];
        });
  return {left, right, difference, statistic, exchange, documents, oneSided};
}

/** The difference with the systems exchanged on some documents, from one table that holds both systems. */
function exchangeable(
  metric: Metric,
  labels: readonly string[],
  sides: {readonly left: readonly MetricDocument[]; readonly right: readonly MetricDocument[]},
  options: MetricOptions | undefined,
): Exchangeable {
  // Documents that no metric can use are not worth an exchange, and would make a small test look large.
  const kept = sides.left.map(document => document.q !== undefined && document[metric.target] !== undefined);
  const [left, right] = [sides.left, sides.right].map(side => side.filter((_, index) => kept[index]));
  const named = (side: readonly MetricDocument[] | undefined, name: string) =>
    (side ?? []).map(document => ({...document, id: `${name} ${document.id}`}));
  const both = metric.prepare(
    metricTable({labels, documents: [...named(left, "left"), ...named(right, "right")]}),
    options,
  );
  const count = left?.length ?? 0;
  const ours = onceEach(2 * count);
  const theirs = onceEach(2 * count);
  return {
    documents: count,
    difference: swapped => {
      for (let index = 0; index < count; index += 1) {
        const swap = swapped[index] ?? 0;
        ours[index] = 1 - swap;
        ours[count + index] = swap;
        theirs[index] = swap;
        theirs[count + index] = 1 - swap;
      }
      return minus(both.value(ours), both.value(theirs));
    },
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
