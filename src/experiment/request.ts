import type {RunOptions} from "../run/options.ts";
import type {ExperimentChoices} from "./experiment.ts";

/** What is asked of an experiment. */
export interface ExperimentRequest extends ExperimentChoices {
  /** Its name. */
  readonly experiment: string;
  /** Of every run; `out` is where run folders are made and found. */
  readonly run: RunOptions;
  /** The experiment's own folder; default `experiments/<name>-<task>-<hash>`. */
  readonly out?: string | undefined;
  /** A longer plan is declined, and no document is begun after so many minutes. */
  readonly maxMinutes?: number | undefined;
  /** Begin a plan that is longer than `maxMinutes`, to go on with another time. */
  readonly yes: boolean;
  /** Show the plan and its cost, and stop. */
  readonly dryRun: boolean;
  /** Of the resamples. */
  readonly seed: number;
  readonly resamples: number;
  readonly level: number;
}

export const EXPERIMENT_DEFAULTS = {
  yes: false,
  dryRun: false,
  seed: 0,
  resamples: 2000,
  level: 0.95,
} as const satisfies Partial<ExperimentRequest>;
