import {onceEach, type Weights} from "../stats/weights.ts";
import type {MetricTable, Target, TargetTable} from "./input.ts";
import {type LeftOut, type MetricPart, missingDocuments, type PreparedMetric, whyEmpty} from "./metric.ts";

/** What a metric that is computed from all documents at once makes of a table with at least one. */
export interface PooledCore {
  /** On weighted documents; `undefined` where the drawn ones have no value. */
  value(weights: Weights): number | undefined;
  /** As `Statistic.sameAs`. */
  readonly sameAs?: string;
  /** Why `value` is undefined on the table itself. */
  readonly reason?: string;
  readonly leftOut?: readonly LeftOut[];
  readonly parts?: readonly MetricPart[];
}

/**
 * Wraps the core of a pooled metric: an empty table gives "no data" with the reason, and the value on the table is the
 * one with every document once.
 */
export function preparePooled(
  table: MetricTable,
  target: Target,
  core: (usable: TargetTable) => PooledCore,
): PreparedMetric {
  const usable = table[target];
  const n = usable.documents.length;
  const missing = missingDocuments(usable, target);
  if (n === 0) {
    const result = {value: undefined, reason: whyEmpty(usable, target), n, leftOut: missing};
    return {documents: n, result, value: () => undefined};
  }
  const {value, sameAs, reason, leftOut, parts} = core(usable);
  const estimate = value(onceEach(usable.total));
  return {
    documents: n,
    result: {
      value: estimate,
      ...(estimate === undefined ? {reason: reason ?? "not defined on these documents"} : {}),
      n,
      leftOut: [...missing, ...(leftOut ?? [])],
      ...(parts === undefined ? {} : {parts}),
    },
    value,
    ...(sameAs === undefined ? {} : {sameAs}),
  };
}

/** The mean over the labels that have a value; `undefined` where none has. */
export function meanOfKnown(values: readonly (number | undefined)[]): number | undefined {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (value === undefined) continue;
    sum += value;
    count += 1;
  }
  return count === 0 ? undefined : sum / count;
}

/** The labels without a value, counted by their reason. */
export function labelsLeftOut(parts: readonly MetricPart[]): LeftOut[] {
  const reasons = parts.flatMap(({value, reason}) => (value === undefined && reason !== undefined ? [reason] : []));
  return [...new Set(reasons)].map(why => ({
    what: "label",
    count: reasons.filter(reason => reason === why).length,
    why,
  }));
}
