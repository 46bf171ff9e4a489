import {realpath} from "node:fs/promises";
import {join} from "node:path";
import type {Engine} from "../engine/engine.ts";
import {LabelscopeError} from "../errors.ts";
import {type ExperimentOutcome, runExperiment} from "../experiment/run-experiment.ts";
import type {RunHooks} from "../run/execute.ts";
import {homeOf} from "../run/plan.ts";
import {planNotices} from "../run/plan-notices.ts";
import {captureMissing, priceKnown, priceRuns, type ScheduleProgress} from "../schedule/carry-out.ts";
import {declineOversized} from "../schedule/decline.ts";
import {existingFolder} from "../schedule/existing-folder.ts";
import {ownRuns} from "../schedule/planned-run.ts";
import {type FinishedRun, readFinished} from "../schedule/read-finished.ts";
import {ProblemList} from "../task/problems.ts";
import {readText} from "../task/read-lines.ts";
import {writeWhole} from "../write-whole.ts";
import {checkCompared} from "./check-compared.ts";
import {describeStudy, type StudyPlanData, studyPlanData} from "./describe-study.ts";
import {engineOf, lockDifferences, lockOf, refuseChanged, withLock} from "./lock.ts";
import {planStudy, type StudyPlace, type StudyPlan} from "./plan-study.ts";
import type {ReadStudy} from "./read-study.ts";

export interface StudyRequest {
  /** The file, read. */
  readonly read: ReadStudy;
  /** Where experiments are written. */
  readonly out: string;
  readonly maxMinutes?: number | undefined;
  /** Begin a plan that is longer than `maxMinutes`. */
  readonly yes: boolean;
  readonly dryRun: boolean;
  /** Measure a model that was not seen yet on a few documents first, to say what the plan takes; default true. */
  readonly measure?: boolean;
  /** Write what the study was made with into its file, instead of holding it to what stands there. */
  readonly lock: boolean;
}

export interface StudyHooks extends Omit<RunHooks, "home" | "onProgress"> {
  readonly onProgress?: (progress: ScheduleProgress) => void;
  /** The plan with its cost, before anything but a calibration is captured. */
  readonly onPlan?: (text: string) => void;
}

/** What came of a study's captures; what is compared is for the caller. */
export type StudyOutcome =
  | {readonly kind: "planned"; readonly text: string; readonly plan: StudyPlanData}
  | {readonly kind: "unfinished"; readonly done: number; readonly total: number; readonly plan: StudyPlanData}
  | {
      readonly kind: "finished";
      readonly runs: readonly FinishedRun[];
      readonly experiments: readonly Extract<ExperimentOutcome, {kind: "finished"}>[];
    };

/**
 * Plans a study, says what it costs, captures what is missing of its runs and experiments, and reads them.
 *
 * The same call goes on where it stopped. Aborting the signal, or the end of `maxMinutes`, stops it; finished documents
 * are kept.
 *
 * @throws what planning and capturing throw; `study-changed` if a locked study finds other contents; `plan-too-long` and
 *   `plan-too-large`
 */
export async function runStudy(
  engine: Engine,
  request: StudyRequest,
  place: StudyPlace,
  {onProgress, onPlan, ...rest}: StudyHooks,
): Promise<StudyOutcome> {
  const began = performance.now();
  const {read, dryRun, maxMinutes, yes} = request;
  const {study} = read;
  const home = homeOf(place);
  const hooks = {...rest, onNotice: onceEach(rest.onNotice), home};
  const plan = await planStudy(engine, study, place, hooks.onNotice);
  for (const notice of planNotices(...plan.runs.map(run => run.plan))) hooks.onNotice(notice);
  await checkCompared(read, plan, {cwd: place.cwd, home});
  const found = await lockOf(plan, read, home);
  if (study.lock !== undefined && !request.lock) {
    refuseChanged(study.lock, found, read.shown);
    for (const line of lockDifferences(study.lock, found).versions) hooks.onNotice(`since the lock: ${line}`);
  }
  const runs = [...plan.runs, ...plan.experiments.flatMap(experiment => experiment.plan.runs)];
  const own = distinctFolders(runs);
  const price = request.measure === false ? await priceKnown(own, home) : await priceRuns(engine, own, !dryRun, hooks);
  const text = describeStudy(read, plan, price);
  const data = studyPlanData(read, plan, price);
  if (dryRun) return {kind: "planned", text, plan: data};
  onPlan?.(text);
  const minutesUsed = () => (performance.now() - began) / 60_000;
  const smaller = ["a smaller limit, fewer models or fewer variations in the study file"];
  const folder = existingFolder(place.runs);
  await declineOversized(price, {maxMinutes, yes, smaller}, {folder, minutesUsed: minutesUsed()});
  const minutesLeft = () => (maxMinutes === undefined ? undefined : maxMinutes - minutesUsed());
  const captured = await captureMissing(engine, price, minutesLeft, {...hooks, onProgress});
  if (!captured.all) return {kind: "unfinished", done: captured.done, total: captured.total, plan: data};
  const experiments: Extract<ExperimentOutcome, {kind: "finished"}>[] = [];
  for (const {request: asked} of plan.experiments) {
    const out = join(request.out, asked.experiment);
    const outcome = await runExperiment(
      engine,
      {...asked, out},
      {...place, cwd: place.home},
      {...rest, onNotice: hooks.onNotice},
    );
    if (outcome.kind !== "finished")
      return {kind: "unfinished", done: captured.done, total: captured.total, plan: data};
    experiments.push(outcome);
  }
  const finished = (await readFinished(ownRuns(plan.runs))).map(one => titled(one, plan));
  const [first] = finished;
  if (request.lock && first !== undefined) {
    const lock = {...found, engine: engineOf(first.run.manifest)};
    // It may have been edited while the models ran: those lines are not ours to undo.
    const now = await readText(read.path, read.shown, new ProblemList()).catch(() => undefined);
    if (now !== read.text) {
      throw new LabelscopeError({
        code: "study-not-locked",
        message: `${read.shown} was changed while the study ran: it is not locked`,
        next: `labelscope study ${read.shown} --lock runs it as it is now, and locks that`,
      });
    }
    const write = async () => await writeWhole(await realpath(read.path), withLock(read.text, lock));
    await write().catch(cause => {
      throw new LabelscopeError({
        code: "study-not-locked",
        message: `the lock cannot be written into ${read.shown}`,
        next: "make the file writable, or copy the study to where you can write",
        cause,
      });
    });
  }
  return {kind: "finished", runs: finished, experiments};
}

/** What a study has said of a model, its experiments need not say again. */
function onceEach(onNotice: ((line: string) => void) | undefined): (line: string) => void {
  const said = new Set<string>();
  return line => {
    if (!said.has(line)) onNotice?.(line);
    said.add(line);
  };
}

/** A run under the name that the study gives it. */
function titled({planned, run}: FinishedRun, {titles}: StudyPlan): FinishedRun {
  const title = titles.get(planned.model.folder);
  return title === undefined ? {planned, run} : {planned, run: {...run, manifest: {...run.manifest, title}}};
}

/** Runs that an experiment shares with the study are captured once. */
function distinctFolders<T extends {readonly model: {readonly folder: string}}>(runs: readonly T[]): T[] {
  const known = new Set<string>();
  return runs.filter(({model}) => !known.has(model.folder) && known.add(model.folder));
}
