import type {ComparedDocument} from "../compare/compared-run.ts";
import type {DynamicsRun} from "../dynamics/run-view.ts";
import type {ExperimentResults, ExperimentTable} from "../records/results/experiment.ts";
import type {ExperimentFigure} from "../report/figure/experiment.ts";
import type {RunOptions} from "../run/options.ts";
import type {Resampling} from "./resampling.ts";

/** One run's options, as far as they differ from what was asked for, and its name in the tables. */
export interface Variation {
  readonly setting: string;
  readonly changes: Partial<RunOptions>;
}

/** What a person can choose about an experiment besides the runs' own options. */
export interface ExperimentChoices {
  /** Absent: the experiment's own. */
  readonly values?: readonly string[] | undefined;
  /** How many random label orders `order-marginal` averages over; default 5. */
  readonly orders?: number | undefined;
  /** Absent: the experiment's own. */
  readonly estimators?: readonly string[] | undefined;
}

/** One finished run as an experiment reads it. */
export interface SettingRun extends DynamicsRun {
  readonly setting: string;
  readonly manifest: DynamicsRun["manifest"];
  /** Planned documents of the test split, in the order of their ids: the same ones in every run. */
  readonly documents: readonly ComparedDocument[];
  /** What estimators may learn from. */
  readonly calibration: readonly ComparedDocument[];
  readonly train: readonly ComparedDocument[];
}

/** One model's finished runs, in the order of the settings. */
export interface ModelRuns {
  readonly model: string;
  readonly runs: readonly SettingRun[];
}

/** What tables are made of; plain data. */
export interface Material {
  readonly models: readonly ModelRuns[];
  readonly estimators: readonly string[];
  readonly resampling: Resampling;
}

/**
 * A plan of runs that differ in one thing, and how their records become its tables. A new one is a file and a line in
 * `index.ts`.
 */
export interface Experiment {
  /** Kebab-case; the name on the command line. */
  readonly name: string;
  readonly title: string;
  /** The question in one sentence. */
  readonly summary: string;
  /** The option that it sets itself: it cannot be given beside it. */
  readonly varies: keyof RunOptions;
  /** Its head in the tables. */
  readonly settingTitle: string;
  /** What `--values` may list, for help; absent where the experiment takes none. */
  readonly values?: {readonly expected: string; readonly defaults: readonly string[]};
  /** Estimators whose numbers it shows, where none are chosen. */
  readonly estimators: readonly string[];
  /**
   * The runs of each model, in the order of the tables.
   *
   * @throws LabelscopeError `usage` for a value that it cannot set
   */
  readonly variations: (choices: ExperimentChoices) => Variation[];
  /** Pure: the same records give the same tables. */
  readonly tables: (material: Material) => ExperimentTable[];
  /** What is worth a figure. */
  readonly figures: (results: ExperimentResults) => ExperimentFigure[];
}
