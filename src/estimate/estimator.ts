import {LabelscopeError} from "../errors.ts";
import type {Document, Split} from "../records/document.ts";
import type {Manifest} from "../records/manifest.ts";
import type {Binary, Unary} from "../records/questions.ts";
import type {Trace} from "../records/trace.ts";
import type {Tree} from "../records/tree.ts";

/**
 * What an estimator reads, by name: `greedy` traces, label `tree` records, `unary` and `binary` questions, the `hidden`
 * state at the first label step, an `embedding` of the document, documents of the `train` and `calibration` splits (with
 * whatever else is needed captured there, too), the `truth` of a synthetic corpus. A plan collects the needs of all
 * estimators of a comparison.
 */
export const NEEDS = [
  "greedy",
  "tree",
  "unary",
  "binary",
  "hidden",
  "embedding",
  "train",
  "calibration",
  "truth",
] as const;
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
  /** Answers in the order of the labels without the null label. */
  readonly unary?: Pick<Unary, "labels"> | undefined;
  /** Every unordered pair of the labels, the null label included. */
  readonly binary?: Pick<Binary, "pairs" | "answers"> | undefined;
  /** The last layer's state after the final norm at the first label step: the model's width. */
  readonly hidden?: ArrayLike<number> | undefined;
  /** The document as an embedding model puts it: that model's width. */
  readonly embedding?: ArrayLike<number> | undefined;
}

/** What a reader of the number should know about how it came about. */
export const REMARKS = {
  forced: "read after appending the canonical opening: the answer held no label step",
  malformed: "the answer is not well-formed",
  straddled: "an element of the answer starts inside a token: its label step could not be read",
  "low-answer-mass": "the model gives the two answers asked for less than half of its probability",
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

/** A number that an estimator learned on another split. */
export interface Learned {
  /** `temperature`, `slope`, `intercept`, `components`, `inverse-penalty`. */
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
  readonly calibrated?: LearnedFrom;
  /** The same of train documents. */
  readonly trained?: LearnedFrom;
  readonly estimate: (records: DocumentRecords) => Estimate;
}

/** How many documents of a split were learned from, and those that could not be, by reason. */
export interface LearnedFrom {
  readonly documents: number;
  readonly leftOut: readonly Counted[];
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
  /** Measures against the null label, so that a task without one gives it nothing to say. */
  readonly nullLabel?: true;
  /** The definition in one sentence. */
  readonly summary: string;
  readonly needs: readonly Need[];
}

/** An estimator that reads one document at a time. */
export interface DirectEstimator extends EstimatorFacts {
  readonly kind: "direct";
  readonly estimate: (run: RunLabels, records: DocumentRecords) => Estimate;
}

/** A split that an estimator may learn on; never the one that is reported. */
export type LearningSplit = Exclude<Split, "test">;

/** Documents to learn from, by their split; a split that was not captured is absent or empty. */
export type LearningDocuments = Partial<Readonly<Record<LearningSplit, readonly DocumentRecords[]>>> & {
  /** The documents that are to be estimated, for an estimator that looks at all of them first. */
  readonly batch?: readonly DocumentRecords[];
};

/** An estimator that learns on another split before it reads. Pure: the same documents give the same fit. */
export interface LearningEstimator extends EstimatorFacts {
  readonly kind: "learning";
  /** The split that it learns on itself; one that it is built on may learn on the other. */
  readonly learnsOn: LearningSplit;
  /**
   * @param own at least one document, all of the split it learns on
   * @param learning both splits, for an estimator that it is built on
   */
  readonly fit: (run: RunLabels, own: readonly DocumentRecords[], learning: LearningDocuments) => Preparation;
}

/** An estimator that looks at all the documents that it is to estimate before it reads one, never at their annotations. */
export interface BatchEstimator extends EstimatorFacts {
  readonly kind: "batch";
  readonly fit: (run: RunLabels, batch: readonly DocumentRecords[]) => Preparation;
}

/** One way to get from records to one number in [0, 1] per label. A new one is a file and a line in `index.ts`. */
export type Estimator = DirectEstimator | LearningEstimator | BatchEstimator;

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
 * @param learning documents to learn from; not looked at by an estimator that does not learn
 * @throws LabelscopeError `no-calibration` or `no-train` where it learns on a split and there are none of it,
 *   `calibration-split` or `train-split` where a document of another split is among them: an estimate must not learn from
 *   the documents it is judged on
 */
export function prepare(estimator: Estimator, run: RunLabels, learning: LearningDocuments): Preparation {
  if (estimator.kind === "direct") return {learned: [], estimate: records => estimator.estimate(run, records)};
  if (estimator.kind === "batch") return estimator.fit(run, learning.batch ?? []);
  const {name, learnsOn} = estimator;
  const own = learning[learnsOn] ?? [];
  if (own.length === 0) {
    throw new LabelscopeError({
      code: `no-${learnsOn}`,
      message: `estimator "${name}" learns on the ${learnsOn} split, and the run holds none of it`,
      next: [
        `capture it: labelscope run with --estimators ${name} (and the task's data.${learnsOn})`,
        "or leave this estimator out",
      ],
      facts: {estimator: name},
    });
  }
  const stray = own.find(({split}) => split !== learnsOn);
  if (stray !== undefined) {
    throw new LabelscopeError({
      code: `${learnsOn}-split`,
      message: `document "${stray.document.id}" is of the ${stray.split} split, and "${name}" learns on ${learnsOn}`,
      next: `give it documents of the ${learnsOn} split only`,
      facts: {estimator: name, id: stray.document.id, split: stray.split},
    });
  }
  return estimator.fit(run, own, learning);
}

/** How often each reason occurs, the most frequent first, then by name. */
export function countReasons(reasons: readonly string[]): Counted[] {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => ({reason, count}))
    .sort((one, other) => other.count - one.count || (one.reason < other.reason ? -1 : 1));
}
