import {LabelscopeError} from "../errors.ts";
import type {Document, Split} from "../records/document.ts";
import type {Manifest} from "../records/manifest.ts";
import type {Trace} from "../records/trace.ts";
import type {Tree} from "../records/tree.ts";

/**
 * What an estimator reads, by name: `greedy` traces, label `tree` records, documents of the `calibration` split, the
 * `truth` of a synthetic corpus. A plan collects the needs of all estimators of a comparison.
 */
export const NEEDS = ["greedy", "tree", "calibration", "truth"] as const;
export type Need = (typeof NEEDS)[number];

/** What the arrays of a run's records stand for; a manifest is one. */
export type RunLabels = Pick<Manifest, "labels" | "noneLabel">;

/** Everything that a run has stored about one document. */
export interface DocumentRecords {
  readonly document: Document;
  readonly split: Split;
  readonly trace?: Pick<Trace, "steps" | "answer"> | undefined;
  /** Bounds in the order of the labels without the null label. */
  readonly tree?: Pick<Tree, "labels"> | undefined;
}

/** What a reader of the number should know about how it came about. */
export const REMARKS = {
  forced: "read after appending the canonical opening: the answer held no label step",
  malformed: "the answer is not well-formed",
  straddled: "an element of the answer starts inside a token: its label step could not be read",
} as const;
export type Remark = keyof typeof REMARKS;

/**
 * One document's estimate: a number in [0, 1] for each label in the run's order, the null label dropped, with bounds
 * where the estimator has them. Or the reason why there is none; missing is never 0.
 */
export type Estimate =
  | {
      readonly values: readonly number[];
      readonly lower?: readonly number[];
      readonly upper?: readonly number[];
      readonly remarks?: readonly Remark[];
    }
  | {readonly reason: string};

/** A number that an estimator learned on the calibration split. */
export interface Learned {
  /** `temperature`, `slope` or `intercept`. */
  readonly name: string;
  readonly value: number;
  /** The label it is for; absent where it is for all of them. */
  readonly label?: string;
  /** Something a reader should know about it. */
  readonly note?: string;
}

/** An estimator made ready for a run. */
export interface Prepared {
  /** Empty where nothing is learned. */
  readonly learned: readonly Learned[];
  /** Calibration documents that were learned from, and those that could not be, by reason. */
  readonly calibrated?: {readonly documents: number; readonly leftOut: readonly Counted[]};
  readonly estimate: (records: DocumentRecords) => Estimate;
}

/** Prepared, or why this estimator cannot say anything on this run. */
export type Preparation = Prepared | {readonly reason: string};

export interface Counted {
  readonly reason: string;
  readonly count: number;
}

interface EstimatorFacts {
  /** Kebab-case; the name in results and on the command line. */
  readonly name: string;
  /** For rows of tables. */
  readonly title: string;
  /** The definition in one sentence. */
  readonly summary: string;
  readonly needs: readonly Need[];
}

/** An estimator that reads one document at a time. */
export interface DirectEstimator extends EstimatorFacts {
  readonly kind: "direct";
  readonly estimate: (run: RunLabels, records: DocumentRecords) => Estimate;
}

/** An estimator that learns on the calibration split before it reads. Pure: the same documents give the same fit. */
export interface LearningEstimator extends EstimatorFacts {
  readonly kind: "learning";
  /** @param calibration at least one document, all of the calibration split */
  readonly fit: (run: RunLabels, calibration: readonly DocumentRecords[]) => Preparation;
}

/** One way to get from records to one number in [0, 1] per label. A new one is a file and a line in `index.ts`. */
export type Estimator = DirectEstimator | LearningEstimator;

/** The run's labels without the null label: what the numbers of an estimate stand for. */
export function estimatedLabels({labels, noneLabel}: RunLabels): string[] {
  return labels.filter(label => label !== noneLabel);
}

/** An estimate's numbers out of an array over all labels of a run: the null label's entry dropped. */
export function withoutNone<T>({labels, noneLabel}: RunLabels, values: readonly T[]): T[] {
  if (values.length !== labels.length) throw new RangeError(`${values.length} values for ${labels.length} labels`);
  return values.filter((_, index) => labels[index] !== noneLabel);
}

/**
 * An estimator made ready for a run, its fit done.
 *
 * @param calibration documents to learn from; not looked at by an estimator that does not learn
 * @throws LabelscopeError `no-calibration` where it learns and there are none, `calibration-split` where a document of
 *   another split is among them: an estimate must not learn from the documents it is judged on
 */
export function prepare(estimator: Estimator, run: RunLabels, calibration: readonly DocumentRecords[]): Preparation {
  if (estimator.kind === "direct") return {learned: [], estimate: records => estimator.estimate(run, records)};
  if (calibration.length === 0) {
    throw new LabelscopeError({
      code: "no-calibration",
      message: `estimator "${estimator.name}" learns on the calibration split, and the run holds none of it`,
      next: [
        `capture it: labelscope run with --estimators ${estimator.name} (and the task's data.calibration)`,
        "or leave this estimator out",
      ],
      facts: {estimator: estimator.name},
    });
  }
  const stray = calibration.find(({split}) => split !== "calibration");
  if (stray !== undefined) {
    throw new LabelscopeError({
      code: "calibration-split",
      message: `document "${stray.document.id}" is of the ${stray.split} split and cannot calibrate "${estimator.name}"`,
      next: "give it documents of the calibration split only",
      facts: {estimator: estimator.name, id: stray.document.id, split: stray.split},
    });
  }
  return estimator.fit(run, calibration);
}

/** How often each reason occurs, the most frequent first, then by name. */
export function countReasons(reasons: readonly string[]): Counted[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => ({reason, count}))
    .sort((one, other) => other.count - one.count || (one.reason < other.reason ? -1 : 1));
}
