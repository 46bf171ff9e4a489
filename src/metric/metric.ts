import type {IntervalMethod} from "../stats/interval.ts";
import type {Weights} from "../stats/weights.ts";
import type {MetricTable, Target, TargetTable} from "./input.ts";

/** Something that did not enter a value, counted. */
export interface LeftOut {
  readonly what: "document" | "label";
  readonly count: number;
  readonly why: string;
}

/** One label's share in a metric over labels. */
export interface MetricPart {
  readonly label: string;
  /** `undefined` where the label has none; see `reason`. */
  readonly value: number | undefined;
  readonly reason?: string;
  /** Documents whose gold set holds the label. */
  readonly positives: number;
}

/** A metric's value on a set of documents. Never NaN, and never 0 for "no data". */
export interface MetricResult {
  readonly value: number | undefined;
  /** Why there is no value; present exactly where it is `undefined`. */
  readonly reason?: string;
  /** Documents that entered the value. */
  readonly n: number;
  readonly leftOut: readonly LeftOut[];
  /** Label by label, where the metric is a mean over labels. */
  readonly parts?: readonly MetricPart[];
}

/** A metric made ready for one set of documents, so that thousands of resamples are cheap. Is a `Statistic`. */
export interface PreparedMetric {
  /** As `result.n`. */
  readonly documents: number;
  readonly result: MetricResult;
  /** The value where document i of the input counts weights[i] times: that of a list with duplicates. */
  value(weights: Weights): number | undefined;
  /** As `Statistic.sameAs`. */
  readonly sameAs?: string;
  /** The value of each document of the input, for a metric that is their mean. */
  readonly perDocument?: readonly (number | undefined)[];
}

export interface MetricOptions {
  /**
   * What label-ranking average precision and coverage error do with a document without a gold label: leave it out and
   * count it (default), or give it scikit-learn's value (1 and 0).
   */
  readonly documentsWithoutGold?: "left-out" | "as-scikit-learn";
}

/** One way to hold estimates against annotations. A new one is a file and a line in `index.ts`. */
export interface Metric {
  /** Kebab-case; the name in results and on the command line. */
  readonly name: string;
  /** For column heads and axes. */
  readonly title: string;
  /** The definition in one sentence. */
  readonly summary: string;
  /** `per-document`: a mean of document values, so that they can be paired; `pooled`: computed from all at once. */
  readonly shape: "per-document" | "pooled";
  readonly target: Target;
  readonly better: "smaller" | "larger";
  readonly unit: string;
  /** The bootstrap interval that covers better in simulation; see docs/measurements/metrics.md. */
  readonly interval: IntervalMethod;
  /** The least and the largest possible value for a number of labels. */
  range(labels: number): {readonly low: number; readonly high: number};
  prepare(table: MetricTable, options?: MetricOptions): PreparedMetric;
}

/** The range of a share. */
export const unitRange = () => ({low: 0, high: 1});

/** The documents that a table lacks, for `leftOut`. */
export function missingDocuments(table: TargetTable, target: Target): LeftOut[] {
  const why = target === "human" ? "no annotations" : "no gold set";
  const missing: LeftOut[] = [
    {what: "document", count: table.withoutEstimate, why: "no estimate"},
    {what: "document", count: table.withoutTarget, why},
  ];
  return missing.filter(entry => entry.count > 0);
}

/** Why a table with no documents has none. */
export function whyEmpty(table: TargetTable, target: Target): string {
  if (table.total === 0) return "no documents";
  const missing = missingDocuments(table, target).map(entry => `${entry.count} with ${entry.why}`);
  return `none of the ${table.total} documents can be scored: ${missing.join(", ")}`;
}
