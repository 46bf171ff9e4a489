import {join, relative, resolve} from "node:path";
import type {Engine} from "../engine/engine.ts";
import type {ExperimentResults} from "../records/results/experiment.ts";
import {executeModel, type RunHooks} from "../run/execute.ts";
import type {RunPlace} from "../run/place.ts";
import {homeOf} from "../run/plan.ts";
import {canonicalJson, sha256} from "../task/hash.ts";
import {calibrate, type KnownRun, speedsSoFar} from "./calibrate.ts";
import {declineOversized} from "./decline.ts";
import {describePlan, planData} from "./describe-plan.ts";
import {existingFolder} from "./existing-folder.ts";
import {readFinished} from "./material.ts";
import {type ExperimentPlan, ownRuns, planExperiment} from "./plan.ts";
import {PlanProgress} from "./plan-progress.ts";
import {type Price, priceOf} from "./price.ts";
import type {ExperimentRequest} from "./request.ts";
import {resultsOf} from "./results.ts";
import {readState} from "./stored.ts";
import {writeExperiment} from "./write-experiment.ts";

/** How far a plan has come. */
export interface ExperimentProgress {
  /** Records of the whole plan. */
  readonly done: number;
  readonly total: number;
  /** So many that what is left ends in the time that is left, by the plan's own estimate. */
  readonly recordsPerSecond?: number;
  /** The run under way. */
  readonly setting: string;
  readonly model: string;
}

export interface ExperimentHooks extends Omit<RunHooks, "home" | "onProgress"> {
  readonly onProgress?: (progress: ExperimentProgress) => void;
  /** The plan with its cost, before anything but a calibration is captured. */
  readonly onPlan?: (text: string) => void;
  /** Bytes that can be written in a folder; default asks the file system. */
  readonly availableBytes?: (folder: string) => Promise<number | undefined>;
}

/** What came of an experiment. */
export type ExperimentOutcome =
  | {readonly kind: "planned"; readonly text: string; readonly plan: ReturnType<typeof planData>}
  | {
      readonly kind: "unfinished";
      readonly done: number;
      readonly total: number;
      readonly plan: ReturnType<typeof planData>;
    }
  | {readonly kind: "finished"; readonly folder: string; readonly results: ExperimentResults};

/**
 * Plans an experiment, says what it costs, captures what is missing and writes its tables.
 *
 * The same call again goes on where it stopped: finished runs are only read. Aborting the signal, or the end of
 * `maxMinutes`, stops it; finished documents are kept.
 *
 * @throws what planning and capturing throw; `plan-too-long` and `plan-too-large`
 */
export async function runExperiment(
  engine: Engine,
  request: ExperimentRequest,
  place: RunPlace,
  hooks: ExperimentHooks,
): Promise<ExperimentOutcome> {
  const began = performance.now();
  const minutesUsed = () => (performance.now() - began) / 60_000;
  const home = homeOf(place);
  const plan = await planExperiment(engine, request, place);
  const {onProgress, onPlan, availableBytes, ...rest} = hooks;
  const runHooks: RunHooks = {...rest, home};
  let runs: readonly KnownRun[] = await Promise.all(
    ownRuns(plan).map(async planned => ({planned, state: await readState(planned, home)})),
  );
  let speeds = speedsSoFar(runs);
  ({runs, speeds} = await calibrate(engine, runs, !request.dryRun, runHooks));
  const price = priceOf(runs, speeds);
  const text = describePlan(plan, price);
  if (request.dryRun) return {kind: "planned", text, plan: planData(plan, price)};
  onPlan?.(text);
  const folder = existingFolder(resolve(place.cwd, request.run.out ?? "runs"));
  await declineOversized(price, request, {folder, minutesUsed: minutesUsed()}, availableBytes);
  const finished = await captureMissing(engine, price, request, minutesUsed, {...runHooks, onProgress});
  if (!finished.all) {
    return {kind: "unfinished", done: finished.done, total: finished.total, plan: planData(plan, price)};
  }
  const results = resultsOf(plan, await readFinished(plan), request);
  const out = resolve(place.cwd, request.out ?? join("experiments", folderName(plan, results)));
  await writeExperiment(out, results);
  return {kind: "finished", folder: relative(place.cwd, out) || out, results};
}

async function captureMissing(
  engine: Engine,
  {runs}: Price,
  {maxMinutes}: ExperimentRequest,
  minutesUsed: () => number,
  {onProgress, ...hooks}: Omit<RunHooks, "onProgress"> & {readonly onProgress: ExperimentHooks["onProgress"]},
): Promise<{readonly all: boolean; readonly done: number; readonly total: number}> {
  const progress = new PlanProgress(runs);
  for (const run of runs) {
    if (run.finished) continue;
    const {plan, model, options, setting} = run.planned;
    const left = maxMinutes === undefined ? undefined : maxMinutes - minutesUsed();
    if (hooks.signal.aborted || (left !== undefined && left <= 0)) return {all: false, ...progress.counts()};
    const outcome = await executeModel(
      engine,
      plan,
      model,
      {...options, fresh: false, ...(left === undefined ? {} : {maxMinutes: left})},
      {
        ...hooks,
        onProgress: ({capture, done}) => {
          progress.move(run, capture, done);
          onProgress?.({...progress.counts(), ...progress.rate(), setting, model: model.resolved.id});
        },
      },
    );
    if (!outcome.finished) return {all: false, ...progress.counts()};
    progress.finish(run);
  }
  return {all: true, ...progress.counts()};
}

/** The name of an experiment's folder: the same command finds it again. */
function folderName(
  {experiment, runs, settings}: ExperimentPlan,
  {task, settings: {seed, resamples, level, estimators}}: ExperimentResults,
): string {
  const names = runs.map(({setting, model}) => [setting, model.identity, model.documents.map(({key}) => key)]);
  const hash = sha256(canonicalJson({names, settings, seed, resamples, level, estimators})).slice(0, 8);
  return `${experiment.name}-${task.id}-${hash}`;
}
