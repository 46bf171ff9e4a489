import type {Pulled} from "../catalog/pull.ts";
import {compareCommand, type HandedOver} from "../commands/compare.ts";
import {modelsPull} from "../commands/models.ts";
import {reportCommand} from "../commands/report.ts";
import {type ScoreOptions, scoreCommand} from "../commands/score.ts";
import {type StudyData, studyCommand} from "../commands/study.ts";
import {type ImportedData, tasksImport} from "../commands/tasks.ts";
import {type CompareInput, type Comparison, compare as compareRecords} from "../compare/compare.ts";
import type {CompareSettings} from "../compare/settings.ts";
import type {CompareOptions} from "../comparison/options.ts";
import {LabelscopeError} from "../errors.ts";
import type {ScoreResult} from "../records/score.ts";
import type {WrittenReport} from "../report/write-report.ts";
import type {RunOutcome, RunProgress} from "../run/execute.ts";
import {RUN_DEFAULTS, type RunOptions} from "../run/options.ts";
import {run as runModels} from "../run/run.ts";
import {formatOf} from "../task/table/guess-mapping.ts";
import type {TableMapping} from "../task/table/mapping.ts";
import {type Surroundings, taken} from "./surroundings.ts";

/** What the command `study` takes, with its defaults. */
export interface StudyRequest extends Surroundings {
  readonly file: string;
  /** Default `runs`. */
  readonly runs?: string;
  /** Default `studies/NAME`. */
  readonly out?: string;
  readonly data?: string;
  readonly limit?: number;
  readonly dryRun?: boolean;
  readonly lock?: boolean;
  readonly maxMinutes?: number;
  readonly yes?: boolean;
}

/**
 * Plans, captures, compares and reports what a study file describes. The same call goes on where it stopped.
 *
 * @returns its plan under `dryRun`, how far it came where it was stopped, else what was found
 */
export async function study(request: StudyRequest): Promise<StudyData> {
  const {own, io} = taken(request);
  const flags = {runs: "runs", dryRun: false, lock: false, yes: false, ...own};
  return (await studyCommand(flags, io)).data;
}

/** What the command `run` takes, with its defaults. */
export interface RunRequest
  extends Omit<Surroundings, "onProgress">,
    Partial<Omit<RunOptions, "task" | "models">>,
    Pick<RunOptions, "task" | "models"> {
  readonly onProgress?: (progress: RunProgress) => void;
}

/** Captures a task with one or several models, one after the other, into a run folder each. The same call goes on. */
export async function run(request: RunRequest): Promise<readonly RunOutcome[]> {
  const {cwd, env, signal, onNotice, onProgress, engine, ...options} = request;
  const place = {cwd: cwd ?? process.cwd(), env: env ?? process.env};
  return await runModels({...RUN_DEFAULTS, ...options}, place, {
    signal: signal ?? new AbortController().signal,
    ...(onNotice === undefined ? {} : {onNotice}),
    ...(onProgress === undefined ? {} : {onProgress}),
    ...(engine === undefined ? {} : {engine}),
  });
}

export interface CompareRequest extends CompareOptions, Omit<Surroundings, "engine"> {}

/**
 * Compares run folders with each other and with annotators, and writes the tables and the page: `compare` of the command
 * line. With two arguments: compares runs that were read already, and writes nothing.
 */
export function compare(request: CompareRequest): Promise<HandedOver>;
export function compare(input: CompareInput, settings: CompareSettings): Comparison;
export function compare(
  request: CompareRequest | CompareInput,
  settings?: CompareSettings,
): Promise<HandedOver> | Comparison {
  if ("labelscope" in request) {
    if (settings === undefined)
      throw usage("compare of runs that were read needs settings", "compare(input, COMPARE_DEFAULTS)");
    return compareRecords(request, settings);
  }
  const {own, io} = taken(request);
  return compareCommand(own, io).then(({data}) => data);
}

export interface ReportRequest extends CompareOptions, Omit<Surroundings, "engine"> {}

/** The page and figures of run folders, with the results that they are drawn from. */
export async function report(request: ReportRequest): Promise<WrittenReport & {readonly folder: string}> {
  const {own, io} = taken(request);
  return (await reportCommand(own, io)).data;
}

/** What the command `score` takes, with its defaults, and the prompt as a text. */
export interface ScoreRequest
  extends Surroundings,
    Partial<Omit<ScoreOptions, "model" | "labels" | "readInput" | "promptFile">>,
    Pick<ScoreOptions, "model" | "labels"> {
  readonly prompt: string;
}

/** The label distribution right after a prompt. */
export async function score(request: ScoreRequest): Promise<ScoreResult> {
  const {own, io} = taken(request);
  const {prompt, ...options} = own;
  const defaults = {labelScoring: "auto", flashAttention: false, strict: false, top: 10} as const;
  return (await scoreCommand({...defaults, ...options, readInput: async () => prompt}, io)).data;
}

export interface PullRequest extends Omit<Surroundings, "engine"> {
  /** Catalogue ids, `hf:OWNER/REPO/FILE` or addresses. */
  readonly models: readonly string[];
  readonly id?: string;
  readonly sha256?: string;
}

/** Brings models onto this computer, with resume and checksum; those that are here already are told, not fetched. */
export async function pull(request: PullRequest): Promise<readonly Pulled[]> {
  const {own, io} = taken(request);
  const {models: specs, ...naming} = own;
  const {data} = await modelsPull({specs, ...naming}, io);
  if (data.interrupted === true) throw io.signal.reason;
  return data.models;
}

/** What the command `tasks import` takes of a table or an export. */
export interface ImportRequest extends Omit<Surroundings, "engine" | "onProgress" | "signal">, TableMapping {
  /** The table: a file, or a folder with a file a split. */
  readonly data: string;
  /** Where task.yaml and the JSONL files are written. */
  readonly out: string;
  /** A name of `tasks import`; default told by the file's ending. */
  readonly format?: string;
  readonly taskId?: string;
  /** Write over files that differ. */
  readonly force?: boolean;
}

/** Makes a task of a table of your own, or of what another tool exports. */
export async function importTable(request: ImportRequest): Promise<ImportedData> {
  const {own, io} = taken(request);
  const {format, ...options} = own;
  const task = format ?? formatOf(own.data);
  if (task === undefined)
    throw usage(`the ending of ${own.data} says no format`, 'format: "csv", "jsonl" or a name of tasks import');
  return (await tasksImport({task, ...options}, io)).data;
}

function usage(message: string, next: string): LabelscopeError {
  return new LabelscopeError({code: "usage", message, next});
}
