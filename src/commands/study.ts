import {access, constants} from "node:fs/promises";
import {relative, resolve} from "node:path";
import {gatesOf} from "../compare/gate.ts";
import {runNames} from "../compare/run-names.ts";
import {comparisonOfRuns} from "../comparison/comparison-of.ts";
import {counted} from "../counted.ts";
import {openEngine} from "../engine/index.ts";
import {makeFolder} from "../make-folder.ts";
import {engineOptions} from "../run/options.ts";
import {homeOf} from "../run/plan.ts";
import {predictionsOf} from "../study/check-compared.ts";
import type {StudyPlanData} from "../study/describe-study.ts";
import {type ReadStudy, readStudy} from "../study/read-study.ts";
import {runStudy} from "../study/run-study.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {type HandedOver, handOver} from "./compare.ts";
import {planProgress, unfinished} from "./unfinished.ts";

export interface StudyOptions {
  readonly file: string;
  /** Where run folders are found and made. */
  readonly runs: string;
  /** Default `studies/NAME`. */
  readonly out?: string | undefined;
  readonly dryRun: boolean;
  readonly lock: boolean;
  readonly maxMinutes?: number | undefined;
  readonly yes: boolean;
  /** Where the task's data is, instead of what the file says. */
  readonly data?: string | undefined;
  /** Documents that are tested, instead of what the file says. */
  readonly limit?: number | undefined;
  /** Measure models that were not seen yet first, and show the plan; default true. */
  readonly measure?: boolean;
  /** Say the verdict only, not every table; default false. */
  readonly brief?: boolean;
}

/** What a study came to: its plan, how far it came, or what was found (`result`). */
export type StudyData =
  | StudyPlanData
  | (StudyPlanData & {readonly finished: false; readonly captured: number; readonly of: number})
  | {
      readonly study: string;
      readonly result: HandedOver;
      readonly experiments: readonly {readonly experiment: string; readonly report: string}[];
    };

/** `study`: one file planned, captured, compared and reported. */
export async function studyCommand(options: StudyOptions, io: CommandIo): Promise<CommandResult<StudyData>> {
  const read = changed(await readStudy(options.file, io.cwd), options, io.cwd);
  const {study, name, folder} = read;
  const gates = gatesOf(study.gates);
  const out = resolve(io.cwd, options.out ?? `studies/${name}`);
  if (!options.dryRun) await requireWritable(out);
  await using engine = (io.openEngine ?? openEngine)(engineOptions(study.options, homeOf(io), io.notice));
  const outcome = await runStudy(
    engine,
    {...options, read, out, maxMinutes: options.maxMinutes},
    {cwd: io.cwd, env: io.env, home: folder, runs: resolve(io.cwd, options.runs)},
    {
      signal: io.signal,
      onNotice: io.notice,
      ...(options.measure === false ? {} : {onPlan: text => io.notice(text.trimEnd())}),
      onProgress: at => io.progress(planProgress(study.title ?? name, at, [at.model, at.setting])),
    },
  );
  if (outcome.kind === "planned") return {data: outcome.plan, text: outcome.text};
  if (outcome.kind === "unfinished") return unfinished(outcome);
  const names = runNames(outcome.runs.map(({run}) => run.manifest));
  const runs = outcome.runs.map(({planned, run}, at) => ({
    ...run,
    name: names[at] ?? run.name,
    folder: planned.model.folder,
  }));
  const titled = study.title === undefined ? {} : {title: study.title};
  const settings = {...titled, ...study.compare, predictions: predictionsOf(read), out};
  const comparison = await comparisonOfRuns(runs, settings, io);
  const result = await handOver(comparison, {...settings, brief: options.brief ?? false}, gates, io);
  const reports = outcome.experiments.map(({folder: where, results}) => ({
    experiment: results.experiment,
    report: resolve(folder, where, "report.html"),
  }));
  const shown = reports.map(({experiment, report}) => `${experiment}: ${relative(io.cwd, report) || report}\n`);
  return {
    ...result,
    data: {study: name, result: result.data, experiments: reports},
    text: `${result.text}${reports.length === 0 ? "" : `${counted(reports.length, "experiment")}:\n${shown.join("")}`}`,
  };
}

/** Hours of work should not end at a folder that cannot be written. @throws what the file system throws */
async function requireWritable(folder: string): Promise<void> {
  await makeFolder(folder);
  await access(folder, constants.W_OK);
}

/** A study with what the command line says instead. */
function changed(read: ReadStudy, {limit, data}: Pick<StudyOptions, "limit" | "data">, cwd: string): ReadStudy {
  const {study} = read;
  return {
    ...read,
    study: {
      ...study,
      ...(data === undefined ? {} : {data: resolve(cwd, data)}),
      options: {...study.options, ...(limit === undefined ? {} : {limit})},
    },
  };
}
