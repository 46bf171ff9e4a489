import {LabelscopeError} from "../errors.ts";

/** One document as the metrics see it: an estimate beside its annotations, in the order of the labels. */
export interface MetricDocument {
  readonly id: string;
  /** The estimate: one number in [0, 1] a label. `undefined` where the estimator gave none. */
  readonly q: readonly number[] | undefined;
  /** The human distribution Ĥ: one number in [0, 1] a label. `undefined` where nobody annotated the document. */
  readonly human: readonly number[] | undefined;
  /** The gold set: whether each label is in it. `undefined` where there is none. */
  readonly gold: readonly boolean[] | undefined;
}

export interface MetricInput {
  readonly labels: readonly string[];
  readonly documents: readonly MetricDocument[];
}

/** What a metric compares the estimate with: the human distribution Ĥ, or the gold set. */
export type Target = "human" | "gold";

/** One document of a table, with everything that a metric against its target needs. Arrays have one entry a label. */
export interface DocumentView {
  readonly q: Float64Array;
  /** Ĥ, or the gold set as 0 and 1. */
  readonly target: Float64Array;
}

/** The documents that a metric is computed from: those with an estimate and with its target, checked. */
export interface TargetTable {
  readonly labels: readonly string[];
  /** Documents of the input; weights have this length. */
  readonly total: number;
  /** For each document here its place in the input. */
  readonly rows: Int32Array;
  readonly documents: readonly DocumentView[];
  /** Documents of the input that are not here, by what they lack. */
  readonly withoutEstimate: number;
  readonly withoutTarget: number;
}

/** Checked documents, for the metrics to be prepared on. */
export interface MetricTable {
  readonly labels: readonly string[];
  readonly total: number;
  readonly human: TargetTable;
  readonly gold: TargetTable;
}

/**
 * Checks estimates and annotations and lays them out for the metrics.
 *
 * A document without an estimate is left out of every metric; one without Ĥ or without a gold set is left out of the
 * metrics that need it. Both are counted. Numbers that leave [0, 1] by at most 1e-9 are rounding and are put back.
 *
 * @throws LabelscopeError `metric-input` for no labels, a repeated label or document, a wrong number of entries, or an
 *   entry that is NaN or outside [0, 1]
 */
export function metricTable(input: MetricInput): MetricTable {
  const {labels, documents} = input;
  if (labels.length === 0) refuse("there are no labels to score", "give the task's labels in the order of the numbers");
  const twiceLabel = repeated(labels);
  if (twiceLabel !== undefined) refuse(`label "${twiceLabel}" is listed twice`, "list each label once");
  const twiceId = repeated(documents.map(document => document.id));
  if (twiceId !== undefined) refuse(`document "${twiceId}" appears twice`, "give one estimate a document");
  return {
    labels,
    total: documents.length,
    human: tableOf(input, "human"),
    gold: tableOf(input, "gold"),
  };
}

function tableOf(input: MetricInput, target: Target): TargetTable {
  const rows: number[] = [];
  const views: DocumentView[] = [];
  let withoutEstimate = 0;
  let withoutTarget = 0;
  input.documents.forEach((document, row) => {
    const truth = target === "human" ? document.human : document.gold?.map(Number);
    if (document.q === undefined) withoutEstimate += 1;
    else if (truth === undefined) withoutTarget += 1;
    else {
      rows.push(row);
      views.push({
        q: shares(document.q, input.labels, () => `the estimate of document "${document.id}"`),
        target: shares(truth, input.labels, () => `the ${target} annotation of document "${document.id}"`),
      });
    }
  });
  const total = input.documents.length;
  return {labels: input.labels, total, rows: Int32Array.from(rows), documents: views, withoutEstimate, withoutTarget};
}

const ROUNDING = 1e-9;

function shares(values: readonly number[], labels: readonly string[], what: () => string): Float64Array {
  if (values.length !== labels.length) {
    refuse(
      `${what()} has ${values.length} numbers for ${labels.length} labels`,
      "give one number a label, in their order",
    );
  }
  // A plain loop: `Float64Array.from` with a function walks an iterator, and comparisons lay out millions of numbers.
  const checked = new Float64Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? Number.NaN;
    if (!(value >= -ROUNDING && value <= 1 + ROUNDING)) {
      refuse(`${what()} has ${value} for label "${labels[index]}"`, "give numbers from 0 to 1, or no estimate at all");
    }
    checked[index] = Math.min(1, Math.max(0, value));
  }
  return checked;
}

function repeated(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find(name => seen.size === seen.add(name).size);
}

function refuse(message: string, next: string): never {
  throw new LabelscopeError({code: "metric-input", message, next});
}
