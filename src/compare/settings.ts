/** What can be set for a comparison. */
export interface CompareSettings {
  /** Of everything that is random: resamples, exchanges, the splits of the annotators. */
  readonly seed: number;
  readonly resamples: number;
  /** Of intervals, in (0, 1); tests are read at 1 − level. */
  readonly level: number;
  /** Names, in the order of the rows; absent: every estimator whose records the runs hold. */
  readonly estimators?: readonly string[] | undefined;
  /** Rows in the paper's own definitions (`NAME@paper`) as well. */
  readonly paper?: boolean | undefined;
  /** Name of the run that all others are held against as its variants; absent: pairs that the manifests know. */
  readonly base?: string | undefined;
  /** What the page is called; absent: the task's title. */
  readonly title?: string | undefined;
  /** Names, in the order of the columns. */
  readonly metrics: readonly string[];
}

/** The metrics of the paper's tables, and how well each label ranks the documents. */
const DEFAULT_METRICS = ["nll", "l1", "example-f1", "average-precision"];

export const COMPARE_DEFAULTS = {
  seed: 0,
  resamples: 2000,
  level: 0.95,
  metrics: DEFAULT_METRICS,
} as const satisfies CompareSettings;
