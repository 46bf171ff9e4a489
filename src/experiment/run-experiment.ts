import {join, relative, resolve} from "node:path";
import type {Engine} from "../engine/engine.ts";
import type {ExperimentResults} from "../records/results/experiment.ts";
import type {RunHooks} from "../run/execute.ts";
import type {RunPlace} from "../run/place.ts";
import {homeOf} from "../run/plan.ts";
import {planNotices} from "../run/plan-notices.ts";
import {captureMissing, priceRuns, type ScheduleProgress} from "../schedule/carry-out.ts";
import {declineOversized, type Patience} from "../schedule/decline.ts";
import {existingFolder} from "../schedule/existing-folder.ts";
import type {Price} from "../schedule/price.ts";
import {readFinished} from "../schedule/read-finished.ts";
import {canonicalJson, sha256} from "../task/hash.ts";
import {describePlan, planData} from "./describe-plan.ts";
import {type ExperimentPlan, planExperiment} from "./plan.ts";
import type {ExperimentRequest} from "./request.ts";
import {resultsOf} from "./results.ts";
import {writeExperiment} from "./write-experiment.ts";

export interface ExperimentHooks extends Omit<RunHooks, "home" | "onProgress"> {
  readonly onProgress?: (progress: ScheduleProgress) => void;
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
  for (const notice of planNotices(...plan.runs.map(run => run.plan))) rest.onNotice?.(notice);
  const runHooks = {...rest, home};
  const price = await priceRuns(engine, plan.runs, !request.dryRun, runHooks);
  const text = describePlan(plan, price);
  if (request.dryRun) return {kind: "planned", text, plan: planData(plan, price)};
  onPlan?.(text);
  const folder = existingFolder(resolve(place.cwd, request.run.out ?? "runs"));
  await declineOversized(price, patienceOf(request, price), {folder, minutesUsed: minutesUsed()}, availableBytes);
  const {maxMinutes} = request;
  const minutesLeft = () => (maxMinutes === undefined ? undefined : maxMinutes - minutesUsed());
  const finished = await captureMissing(engine, price, minutesLeft, {
    ...runHooks,
    onProgress,
  });
  if (!finished.all) {
    return {kind: "unfinished", done: finished.done, total: finished.total, plan: planData(plan, price)};
  }
  const results = resultsOf(plan, await readFinished(plan.runs), request);
  const out = resolve(place.cwd, request.out ?? join("experiments", folderName(plan, results)));
  await writeExperiment(out, results);
  return {kind: "finished", folder: relative(place.cwd, out) || out, results};
}

function patienceOf({maxMinutes, yes, run, experiment}: ExperimentRequest, {runs}: Price): Patience {
  const settings = new Set(runs.map(({planned}) => planned.setting)).size;
  const smaller = [
    `a smaller --limit (now ${run.limit ?? "all documents"})`,
    ...(settings > 1
      ? [`fewer ${experiment === "order-marginal" ? "--orders" : "--values"} (now ${settings} settings)`]
      : []),
    ...(run.models.length > 1 ? [`fewer --model (now ${run.models.length})`] : []),
  ];
  return {maxMinutes, yes, smaller};
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
