import {openEngine} from "../engine/index.ts";
import {experimentText} from "../experiment/experiment-text.ts";
import {EXPERIMENT_DEFAULTS, type ExperimentRequest} from "../experiment/request.ts";
import {runExperiment} from "../experiment/run-experiment.ts";
import {engineOptions, type RunOptions} from "../run/options.ts";
import {homeOf} from "../run/plan.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {planProgress, unfinished} from "./unfinished.ts";

/** The command line's flags; those of the runs under their own names. */
export interface ExperimentFlags extends Omit<RunOptions, "out" | "fresh" | "estimators" | "maxMinutes"> {
  readonly experiment: string;
  readonly values?: readonly string[];
  readonly orders?: number;
  readonly estimator?: readonly string[];
  readonly runs: string;
  readonly out?: string;
  readonly resamples: number;
  readonly maxMinutes?: number;
  readonly yes: boolean;
  readonly dryRun: boolean;
}

/** What is asked for by flags. */
export function requestOf(flags: ExperimentFlags): ExperimentRequest {
  const {
    experiment,
    values,
    orders,
    estimator: estimators,
    runs,
    out,
    resamples,
    maxMinutes,
    yes,
    dryRun,
    ...run
  } = flags;
  const {seed, level} = EXPERIMENT_DEFAULTS;
  return {
    experiment,
    run: {...run, out: runs, fresh: false},
    values,
    orders,
    estimators,
    out,
    maxMinutes,
    yes,
    dryRun,
    seed,
    resamples,
    level,
  };
}

/** `experiment`: plans runs that differ in one thing, says what they cost, captures what is missing, shows the tables. */
export async function experimentCommand(request: ExperimentRequest, io: CommandIo): Promise<CommandResult> {
  const {task} = request.run;
  await using engine = (io.openEngine ?? openEngine)(engineOptions(request.run, homeOf(io), io.notice));
  const outcome = await runExperiment(engine, request, io, {
    signal: io.signal,
    onNotice: io.notice,
    onPlan: text => io.notice(text.trimEnd()),
    onProgress: at => io.progress(planProgress(`${request.experiment} on ${task}`, at, [at.setting, at.model])),
  });
  if (outcome.kind === "planned") return {data: outcome.plan, text: outcome.text};
  if (outcome.kind === "unfinished") return unfinished(outcome);
  const {folder, results} = outcome;
  return {data: {folder, ...results}, text: `${experimentText(results)}\n${folder}/report.html\n`};
}
