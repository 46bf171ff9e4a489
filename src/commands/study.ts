import {relative, resolve} from "node:path";
import {gatesOf} from "../compare/gate.ts";
import {comparisonOfRuns} from "../comparison/comparison-of.ts";
import {counted} from "../counted.ts";
import {openEngine} from "../engine/index.ts";
import {engineOptions} from "../run/options.ts";
import {homeOf} from "../run/plan.ts";
import type {FinishedRun} from "../schedule/read-finished.ts";
import {type ReadStudy, readStudy} from "../study/read-study.ts";
import {runStudy} from "../study/run-study.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {handOver} from "./compare.ts";

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
}

/** `study`: one file planned, captured, compared and reported. */
export async function studyCommand(options: StudyOptions, io: CommandIo): Promise<CommandResult> {
  const read = await readStudy(options.file, io.cwd);
  const {study, name, folder} = read;
  const gates = gatesOf(study.gates);
  const out = resolve(io.cwd, options.out ?? `studies/${name}`);
  await using engine = (io.openEngine ?? openEngine)(engineOptions(study.options, homeOf(io)));
  const outcome = await runStudy(
    engine,
    {...options, read, out, maxMinutes: options.maxMinutes},
    {cwd: io.cwd, env: io.env, home: folder, runs: resolve(io.cwd, options.runs)},
    {
      signal: io.signal,
      onNotice: io.notice,
      onPlan: text => io.notice(text.trimEnd()),
      onProgress: ({done, total, recordsPerSecond, setting, model}) =>
        io.progress({
          subject: study.title ?? name,
          done,
          total,
          unit: "documents",
          ...(recordsPerSecond === undefined ? {} : {ratePerSecond: recordsPerSecond}),
          note: `${model}, ${setting}`,
        }),
    },
  );
  if (outcome.kind === "planned") return {data: outcome.plan, text: outcome.text};
  if (outcome.kind === "unfinished") {
    const {done, total, plan} = outcome;
    return {
      data: {...plan, finished: false, captured: done, of: total},
      text: `${done} of ${total} captured.\nNot finished: the same command continues.\n`,
      exitCode: 130,
    };
  }
  const runs = outcome.runs.map(({planned, run}) => ({...run, folder: planned.model.folder}));
  const predictions = Object.entries(study.predictions).map(([key, file]) => `${key}=${resolve(folder, file)}`);
  const {base, ...compared} = study.compare;
  const settings = {
    ...compared,
    ...(base === undefined ? {} : {base: runCalled(base, outcome.runs, read)}),
    predictions,
    out,
  };
  const comparison = await comparisonOfRuns(runs, settings, io);
  const result = await handOver(comparison, settings, gates, io);
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

/** The run that a study means by a model's name or SPEC, with a variation's name behind a comma where there are several. */
function runCalled(base: string, runs: readonly FinishedRun[], {study}: ReadStudy): string {
  const models = new Map(
    study.models.flatMap(({model, name}) => [[model, model] as const, [name ?? model, model] as const]),
  );
  const found = runs.find(({planned: {model, setting}}) =>
    [...models].some(([name, spec]) => spec === model.spec && (base === name || base === `${name}, ${setting}`)),
  );
  return found?.run.name ?? base;
}
