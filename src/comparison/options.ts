import {COMPARE_DEFAULTS, type CompareSettings} from "../compare/settings.ts";
import {metricList} from "../metric/index.ts";

/** What `compare` and `evaluate` have in common, as the command line gives it. */
export interface ComparisonOptions {
  /** `NAME=FILE` or `FILE`. */
  readonly predictions?: readonly string[];
  readonly estimators?: readonly string[];
  readonly metrics?: readonly string[];
  readonly allMetrics?: boolean;
  /** Rows in the paper's own definitions as well. */
  readonly paper?: boolean;
  readonly resamples?: number;
  readonly seed?: number;
  /** What the page is called; default the task's title. */
  readonly title?: string;
  readonly level?: number;
  /** Conditions on results.json that must not hold. */
  readonly failIf?: readonly string[];
  /** Conditions that must. */
  readonly require?: readonly string[];
  readonly out?: string;
  /** Figures and page as well; default true. */
  readonly report?: boolean;
}

/** What runs are compared with, and how. */
export interface RunsComparison extends ComparisonOptions {
  /** The run (its folder, its name or its model's id) that all others are held against as its variants. */
  readonly base?: string;
}

export interface CompareOptions extends RunsComparison {
  /** Folders. */
  readonly runs: readonly string[];
}

/** Flags as settings, defaults filled in. */
export function settingsOf(options: ComparisonOptions): CompareSettings {
  const {estimators, resamples, seed, level} = options;
  const metrics = options.allMetrics === true ? metricList.map(({name}) => name) : options.metrics;
  return {
    seed: seed ?? COMPARE_DEFAULTS.seed,
    resamples: resamples ?? COMPARE_DEFAULTS.resamples,
    level: level ?? COMPARE_DEFAULTS.level,
    metrics: metrics ?? COMPARE_DEFAULTS.metrics,
    estimators,
    ...(options.title === undefined ? {} : {title: options.title}),
    ...(options.paper === undefined ? {} : {paper: options.paper}),
  };
}
