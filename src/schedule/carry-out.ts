import type {Engine} from "../engine/engine.ts";
import {executeModel, type RunHooks} from "../run/execute.ts";
import {tidyRun} from "../store/run-lock.ts";
import {calibrate, type KnownRun, speedsSoFar} from "./calibrate.ts";
import {PlanProgress} from "./plan-progress.ts";
import {ownRuns, type PlannedRun} from "./planned-run.ts";
import {type Price, priceOf} from "./price.ts";
import {readState} from "./stored.ts";

/** How far several runs have come together. */
export interface ScheduleProgress {
  /** Records of all runs. */
  readonly done: number;
  readonly total: number;
  /** So many that what is left ends in the time that is left, by the plan's own estimate. */
  readonly recordsPerSecond?: number;
  /** The run under way. */
  readonly setting: string;
  readonly model: string;
  /** Why it is slow, where it is and the reason can be told. */
  readonly slowBecause?: string;
}

/** What the outside hears of runs that are carried out together. */
export interface ScheduleHooks extends Omit<RunHooks, "onProgress"> {
  readonly onProgress?: ((progress: ScheduleProgress) => void) | undefined;
}

/**
 * What runs have come to and what is left of them will take; the speed of a model that was not seen yet is measured on a
 * few documents.
 *
 * @param keep whether these documents stay in their runs
 */
export async function priceRuns(
  engine: Engine,
  planned: readonly PlannedRun[],
  keep: boolean,
  hooks: Omit<RunHooks, "onProgress">,
): Promise<Price> {
  const {runs, speeds} = await calibrate(engine, await readStates(planned, hooks.home), keep, hooks);
  return priceOf(runs, speeds);
}

/** What runs have come to and what is left of them, at the speeds that earlier runs saw: nothing is captured. */
export async function priceKnown(planned: readonly PlannedRun[], home: string): Promise<Price> {
  const runs = await readStates(planned, home);
  return priceOf(runs, speedsSoFar(runs));
}

async function readStates(planned: readonly PlannedRun[], home: string): Promise<KnownRun[]> {
  return await Promise.all(ownRuns(planned).map(async run => ({planned: run, state: await readState(run, home)})));
}

/**
 * Captures what is missing of some runs, one after the other.
 *
 * Aborting the signal, or the end of the minutes, stops it; finished documents are kept and the same call goes on.
 *
 * @param minutesLeft asked before every run; `undefined` for as long as it takes
 */
export async function captureMissing(
  engine: Engine,
  {runs}: Price,
  minutesLeft: () => number | undefined,
  {onProgress, ...hooks}: ScheduleHooks,
): Promise<{readonly all: boolean; readonly done: number; readonly total: number}> {
  const progress = new PlanProgress(runs);
  for (const run of runs) {
    const {plan, model, options, setting} = run.planned;
    if (run.finished) {
      await tidyRun(model.folder);
      continue;
    }
    const left = minutesLeft();
    if (hooks.signal.aborted || (left !== undefined && left <= 0)) return {all: false, ...progress.counts()};
    const outcome = await executeModel(
      engine,
      plan,
      model,
      {...options, fresh: false, ...(left === undefined ? {} : {maxMinutes: left})},
      {
        ...hooks,
        onProgress: ({capture, done, slowBecause}) => {
          progress.move(run, capture, done);
          onProgress?.({
            ...progress.counts(),
            ...progress.rate(),
            setting,
            model: model.source.id,
            ...(slowBecause === undefined ? {} : {slowBecause}),
          });
        },
      },
    );
    if (!outcome.finished) return {all: false, ...progress.counts()};
    progress.finish(run);
  }
  return {all: true, ...progress.counts()};
}
