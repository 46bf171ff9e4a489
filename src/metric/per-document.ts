import type {Weights} from "../stats/weights.ts";
import type {DocumentView, MetricTable, Target} from "./input.ts";
import {
  type LeftOut,
  type Metric,
  type MetricOptions,
  missingDocuments,
  type PreparedMetric,
  whyEmpty,
} from "./metric.ts";

/** What a metric that is a mean over documents has to say. */
export interface PerDocumentSpec extends Omit<Metric, "shape" | "interval" | "prepare"> {
  /** The value of one document, or `undefined` where it has none. */
  ofDocument(document: DocumentView, options: MetricOptions): number | undefined;
  /** Why a document may have no value; counted in `leftOut`. */
  readonly whyNoValue?: string;
}

/**
 * A metric that is the mean of a value a document.
 *
 * Each document's value is computed once; a resample is then two dot products.
 */
export function perDocument(spec: PerDocumentSpec): Metric {
  const {ofDocument, whyNoValue, ...description} = spec;
  return {
    ...description,
    shape: "per-document",
    interval: "bca",
    prepare: (table, options = {}) =>
      prepareMean(table, spec.target, whyNoValue ?? "no value", document => ofDocument(document, options)),
  };
}

function prepareMean(
  table: MetricTable,
  target: Target,
  whyNoValue: string,
  ofDocument: (document: DocumentView) => number | undefined,
): PreparedMetric {
  const usable = table[target];
  const values = new Array<number | undefined>(table.total).fill(undefined);
  const rowList: number[] = [];
  const knownList: number[] = [];
  usable.documents.forEach((document, index) => {
    const row = usable.rows[index] ?? 0;
    const value = ofDocument(document);
    values[row] = value;
    if (value === undefined) return;
    rowList.push(row);
    knownList.push(value);
  });
  const rows = Int32Array.from(rowList);
  const known = Float64Array.from(knownList);
  const value = (weights: Weights): number | undefined => {
    let sum = 0;
    let count = 0;
    for (let index = 0; index < rows.length; index += 1) {
      const weight = weights[rows[index] ?? 0] ?? 0;
      sum += weight * (known[index] ?? 0);
      count += weight;
    }
    return count === 0 ? undefined : sum / count;
  };
  const n = rows.length;
  const without: LeftOut = {what: "document", count: usable.documents.length - n, why: whyNoValue};
  const leftOut = [...missingDocuments(usable, target), ...(without.count > 0 ? [without] : [])];
  const mean = n === 0 ? undefined : known.reduce((sum, item) => sum + item, 0) / n;
  const reason = without.count > 0 ? `all ${without.count} documents: ${whyNoValue}` : whyEmpty(usable, target);
  return {
    documents: n,
    result: {value: mean, ...(mean === undefined ? {reason} : {}), n, leftOut},
    value,
    perDocument: values,
  };
}
