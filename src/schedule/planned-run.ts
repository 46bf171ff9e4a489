import {basename} from "node:path";
import type {RunOptions} from "../run/options.ts";
import type {ModelPlan, RunPlan} from "../run/plan.ts";

/** One run among several that are carried out together: one model in one setting. */
export interface PlannedRun {
  /** What tells it from the others of its model, for a person. */
  readonly setting: string;
  readonly options: RunOptions;
  readonly plan: RunPlan;
  readonly model: ModelPlan;
  /** The setting whose run it shares. */
  readonly sameAs?: string;
}

/** The runs that are captured: each once. */
export function ownRuns(runs: readonly PlannedRun[]): PlannedRun[] {
  return runs.filter(({sameAs}) => sameAs === undefined);
}

/** The name of a run's folder. */
export function runNameOf({model}: PlannedRun): string {
  return basename(model.folder);
}
