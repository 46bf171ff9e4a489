import {existsSync} from "node:fs";
import {basename, extname, relative, resolve} from "node:path";
import {checkComparable} from "../compare/check-runs.ts";
import {type Comparison, compare} from "../compare/compare.ts";
import type {ComparedRun} from "../compare/compared-run.ts";
import {type ComparedTask, taskOfRuns} from "../compare/compared-task.ts";
import {checkGate, type Gate, parseGate} from "../compare/gate.ts";
import type {Predictions} from "../compare/predictions.ts";
import {COMPARE_DEFAULTS, type CompareSettings} from "../compare/settings.ts";
import {comparisonText, inTerminal} from "../compare/text.ts";
import {LabelscopeError} from "../errors.ts";
import {metricList} from "../metric/index.ts";
import type {Results} from "../records/results/results.ts";
import {answerOf} from "../report/answer.ts";
import {REPORT, type WrittenReport, writeReport} from "../report/write-report.ts";
import {openLogits} from "../store/logits-reader.ts";
import {readRun} from "../store/read-run.ts";
import {canonicalJson, sha256} from "../task/hash.ts";
import {readPredictions} from "../task/predictions.ts";
import {ProblemList} from "../task/problems.ts";
import {version} from "../version.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {writeComparison} from "./comparison-files.ts";
import {lostRecords} from "./lost-records.ts";
import {requireRuns} from "./require-runs.ts";

/** What `compare` and `evaluate` have in common, as the command line gives it. */
export interface ComparisonOptions {
  /** `NAME=FILE` or `FILE`. */
  readonly predictions?: readonly string[];
  readonly estimators?: readonly string[];
  readonly metrics?: readonly string[];
  readonly allMetrics?: boolean;
  readonly resamples?: number;
  readonly seed?: number;
  readonly level?: number;
  readonly failIf?: readonly string[];
  readonly out?: string;
  /** Figures and page as well; default true. */
  readonly report?: boolean;
}

export interface CompareOptions extends ComparisonOptions {
  readonly runs: readonly string[];
  /** The run (its folder, its name or its model's id) that all others are held against as its variants. */
  readonly base?: string;
}

/** `compare`: the tables of some runs, in the terminal and as files. */
export async function compareCommand(options: CompareOptions, io: CommandIo): Promise<CommandResult> {
  const gates = (options.failIf ?? []).map(parseGate);
  await requireRuns(options.runs, "compare", io);
  return await handOver(await comparisonOf(options, io), options, gates, io);
}

/** Reads runs and predictions and compares them; files of full logits are open while that lasts. */
export async function comparisonOf(options: CompareOptions, io: CommandIo): Promise<Comparison> {
  const runs = await readRuns(options.runs, io);
  checkComparable(runs);
  const task = taskOfRuns(runs);
  const predictions = await readAllPredictions(options.predictions ?? [], task, "any", io);
  const logits = runs.flatMap(({name, folder}) => {
    const file = openLogits(folder);
    return file === undefined ? [] : [{name, file}];
  });
  try {
    const readers = Object.fromEntries(logits.map(({name, file}) => [name, file.row]));
    const base = options.base === undefined ? undefined : runCalled(options.base, runs, io.cwd);
    return compare({runs, predictions, labelscope: version, logits: readers}, {...settingsOf(options), base});
  } finally {
    for (const {file} of logits) file[Symbol.dispose]();
  }
}

/** The name of the run that somebody means by a folder, a run's name or a model's id; what fits nothing stays as it is. */
function runCalled(what: string, runs: readonly ReadRun[], cwd: string): string {
  const ofModel = runs.filter(({manifest}) => manifest.model.id === what);
  const found = runs.find(({name, folder}) => name === what || folder === resolve(cwd, what)) ?? ofModel[0];
  return ofModel.length > 1 ? what : (found?.name ?? what);
}

/** Flags as settings, defaults filled in. */
export function settingsOf(options: ComparisonOptions): CompareSettings {
  const {estimators, resamples, seed, level} = options;
  const metrics = options.allMetrics === true ? metricList.map(({name}) => name) : options.metrics;
  return {
    seed: seed ?? COMPARE_DEFAULTS.seed,
    resamples: resamples ?? COMPARE_DEFAULTS.resamples,
    level: level ?? COMPARE_DEFAULTS.level,
    metrics: metrics ?? COMPARE_DEFAULTS.metrics,
    estimators,
  };
}

/** A run that was read from a folder. */
export interface ReadRun extends ComparedRun {
  readonly folder: string;
}

/** Reads run folders, each once; runs of the same name are told apart by their folders. */
export async function readRuns(folders: readonly string[], io: CommandIo): Promise<ReadRun[]> {
  const paths = [...new Set(folders.map(folder => resolve(io.cwd, folder)))];
  const runs: {readonly path: string; readonly run: ReadRun}[] = [];
  for (const path of paths) {
    const {name, manifest, documents, orphans} = await readRun(path);
    runs.push({path, run: {name, manifest, documents, folder: path}});
    for (const line of await lostRecords({name, folder: path}, orphans)) io.notice(line);
    io.progress({subject: "reading runs", done: runs.length, total: paths.length, unit: "runs", note: name});
  }
  const taken = (name: string) => runs.filter(({run}) => run.name === name).length > 1;
  return runs.map(({path, run}) => (taken(run.name) ? {...run, name: relative(io.cwd, path) || path} : run));
}

/**
 * Reads predictions made elsewhere, all of them before anything is said about what is wrong.
 *
 * @param ids `task`: a document that the task does not have is an error; `any`: it is left out and counted, since runs may
 *   hold a sample of the documents
 */
export async function readAllPredictions(
  specs: readonly string[],
  task: ComparedTask,
  ids: "task" | "any",
  io: CommandIo,
): Promise<Predictions[]> {
  const problems = new ProblemList();
  const known = new Set(task.documents.map(({id}) => id));
  const found: Predictions[] = [];
  for (const spec of specs) {
    const {name, file} = predictionsSpec(spec, io.cwd);
    const scope = {labels: task.labels, noneLabel: task.noneLabel, ...(ids === "task" ? {ids: known} : {})};
    const estimates = await readPredictions(resolve(io.cwd, file), file, scope, problems).catch(explainMissing(file));
    if (problems.count === 0 && ![...estimates.keys()].some(id => known.has(id))) {
      problems.add({file, message: "none of its ids is a compared document"});
    }
    found.push({name, file, estimates});
  }
  problems.throwIfAny(
    "predictions-invalid",
    "predictions",
    'one JSON object a line: {"id": "…", "labels": {…}} with a number for each label',
  );
  return found;
}

/** `NAME=FILE`, or a file that gives its name. */
function predictionsSpec(spec: string, cwd: string): {name: string; file: string} {
  const [, name, file] = /^([^=/\\]+)=(.+)$/s.exec(spec) ?? [];
  if (name !== undefined && file !== undefined && !existsSync(resolve(cwd, spec))) return {name, file};
  return {name: basename(spec, extname(spec)), file: spec};
}

function explainMissing(file: string) {
  return (cause: unknown): never => {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw new LabelscopeError({
      code: "predictions-unreadable",
      message: missing
        ? `there is no file ${file}`
        : `${file} cannot be read (${cause instanceof Error ? cause.message : String(cause)})`,
      next: "--predictions NAME=FILE, with a JSONL file",
      cause,
    });
  };
}

/** Writes the files, holds the results to the gates and says what was found. */
export async function handOver(
  comparison: Comparison,
  options: ComparisonOptions,
  gates: readonly Gate[],
  io: CommandIo,
): Promise<CommandResult> {
  const {results} = comparison;
  const folder = resolve(io.cwd, options.out ?? defaultFolder(comparison));
  const files = await writeComparison(folder, comparison);
  const page = options.report === false ? undefined : await addReport(folder, comparison, io);
  const outcomes = gates.map(gate => checkGate(gate, results));
  const failed = outcomes.filter(outcome => outcome.failed);
  const failures = failed.map(
    outcome => `failed: ${outcome.gate.text} (${"value" in outcome ? `it is ${outcome.value}` : outcome.reason})`,
  );
  const place = relative(io.cwd, folder) || folder;
  return {
    data: {
      folder,
      files,
      ...(page === undefined ? {} : {report: page}),
      results,
      gates: outcomes.map(({gate, ...outcome}) => ({condition: gate.text, ...outcome})),
    },
    text: `${comparisonText(results, io.columns)}\n${answerText(results, io.columns)}${files.length} files${page === undefined ? "" : `, ${page.figures.length} figures and ${REPORT}`} → ${place}\n`,
    ...(failures.length === 0 ? {} : {exitCode: 1, failures}),
  };
}

/** The page's answer in three sentences, where models were run. */
function answerText(results: Results, lineLength: number | undefined): string {
  if (results.runs.every(({kind}) => kind === "predictions")) return "";
  const {size, variants, estimators} = answerOf(results);
  return `${[size, variants, estimators].flatMap(line => inTerminal(line, lineLength)).join("\n")}\n\n`;
}

/** Figures and page into a comparison's folder. */
export async function addReport(folder: string, {results, runs}: Comparison, io: CommandIo): Promise<WrittenReport> {
  return await writeReport({
    results,
    runs,
    out: folder,
    signal: io.signal,
    onProgress: (done, total) => io.progress({subject: "figures and page", done, total, unit: "files"}),
  });
}

/** Named after the task and a hash of what was compared and how: the same comparison finds its folder again. */
export function defaultFolder({results}: Comparison): string {
  const {task, settings, runs} = results;
  const compared = runs.map(({run, model, file}) => ({run, model: model?.sha256 ?? null, file: file ?? null}));
  const hash = sha256(canonicalJson({settings, compared})).slice(0, 8);
  return `comparisons/${task.id}-${hash}`;
}
