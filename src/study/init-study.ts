import {existsSync} from "node:fs";
import {writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {basename, join, relative, resolve} from "node:path";
import type {Engine} from "../engine/engine.ts";
import {LabelscopeError} from "../errors.ts";
import {makeFolder} from "../make-folder.ts";
import {RUN_DEFAULTS} from "../run/options.ts";
import type {RunPlace} from "../run/place.ts";
import {planRun, type RunPlan} from "../run/plan.ts";
import {scratchFolder} from "../scratch-folder.ts";
import {type ImportOptions, importTask} from "../task/import.ts";
import {displayFrom} from "../task/load.ts";
import {ProblemList} from "../task/problems.ts";
import {guessMapping} from "../task/table/guess-mapping.ts";
import type {TableMapping} from "../task/table/mapping.ts";
import {studyText} from "./study-text.ts";

export interface InitRequest {
  /** Absent: the built-in task of invented posts. */
  readonly table?: string | undefined;
  readonly taskId?: string | undefined;
  /** What is said of how the table is read; the rest is told from its columns. */
  readonly mapping: TableMapping;
  /** Specs, at least one. */
  readonly models: readonly string[];
  /** The folder that is written to. */
  readonly out: string;
}

export interface InitiatedStudy {
  readonly study: string;
  /** Absent for a built-in task. */
  readonly task?: string;
  readonly models: readonly string[];
  readonly documents: number;
  readonly shots: number;
  /** How the table is read. */
  readonly mapping: TableMapping;
  /** What was decided on the way, a line each. */
  readonly notes: readonly string[];
}

export const STUDY = "study.yaml";

/** Numbers of demonstrations that are tried after the task's own. */
const FEWER_SHOTS = [5, 2, 1, 0];
/** What fewer demonstrations may make good. */
const TOO_MANY_SHOTS = ["context-overflow", "too-few-demonstrations", "no-demonstrations"];
/** A first study answers in minutes. */
const MOST_DOCUMENTS = 200;

/**
 * Writes a study that runs as it is, and the task that a table makes: every prompt is tokenised for every model first, and
 * where the task's demonstrations do not fit, the most that do are written into the study.
 *
 * @throws `would-overwrite` where a file of either is there; what reading the table and planning the run throw. Nothing is
 *   written then.
 */
export async function initStudy(engine: Engine, request: InitRequest, place: RunPlace): Promise<InitiatedStudy> {
  const out = resolve(place.cwd, request.out);
  const shown = displayFrom(place.cwd);
  const file = join(out, STUDY);
  if (existsSync(file)) throw wouldOverwrite([shown(file)]);
  await using scratchPlace = await scratchFolder(tmpdir(), "labelscope-init");
  const scratch = scratchPlace.path;
  const made = request.table === undefined ? undefined : await importAside(request.table, scratch, request, place);
  if (made !== undefined && existsSync(join(out, made.id))) throw wouldOverwrite([shown(join(out, made.id))]);
  const {plan, why} = await planThatFits(engine, made?.file ?? "posts", request.models, {...place, scratch});
  const documents = plan.task.splits.test?.documents.length ?? 0;
  const shots = plan.prompts.composition.count;
  await makeFolder(out);
  if (made !== undefined) await importTask(made.format, {...made.options, cwd: place.cwd, outDir: join(out, made.id)});
  const text = studyText({
    title: made === undefined ? "A study of the built-in posts" : `A study of ${basename(request.table ?? "")}`,
    task: made === undefined ? "posts" : `${made.id}/task.yaml`,
    models: request.models.map(spec => fromFolder(spec, out, place.cwd)),
    documents,
    limit: documents > MOST_DOCUMENTS ? MOST_DOCUMENTS : undefined,
    shots: why === undefined ? undefined : {count: shots, why},
  });
  await writeFile(file, text, {flag: "wx"});
  return {
    study: shown(file),
    ...(made === undefined ? {} : {task: shown(join(out, made.id, "task.yaml"))}),
    models: request.models,
    documents,
    shots,
    mapping: made?.options.mapping ?? {},
    notes: [...plan.task.notes, ...(why === undefined ? [] : [`${shots} demonstrations: ${why}`])],
  };
}

/** The table's task in a folder of its own, and how it is imported again. */
async function importAside(
  table: string,
  scratch: string,
  {mapping: given, taskId}: InitRequest,
  {cwd}: RunPlace,
): Promise<{id: string; file: string; format: string; options: Pick<ImportOptions, "dataDir" | "taskId" | "mapping">}> {
  const path = resolve(cwd, table);
  if (!existsSync(path))
    throw new LabelscopeError({
      code: "data-missing",
      message: `there is no ${table}`,
      next: "labelscope init TABLE MODEL…, with a .csv, .tsv, .jsonl or .json file; without TABLE a study of the built-in posts",
    });
  const problems = new ProblemList();
  const {format, mapping} = await guessMapping(path, table, given, problems);
  problems.throwIfAny("data-invalid", table, "correct the lines above");
  const options = {dataDir: table, mapping, ...(taskId === undefined ? {} : {taskId})};
  const folder = join(scratch, "task");
  const {task} = await importTask(format, {...options, cwd, outDir: folder});
  return {id: task.definition.id, file: join(folder, "task.yaml"), format, options};
}

/** The plan of a run with as many demonstrations as fit, and why they are not the task's own number. */
async function planThatFits(
  engine: Engine,
  task: string,
  models: readonly string[],
  {scratch, ...place}: RunPlace & {readonly scratch: string},
): Promise<{plan: RunPlan; why: string | undefined}> {
  const options = {...RUN_DEFAULTS, task, models, out: join(scratch, "runs")};
  let first: LabelscopeError | undefined;
  for (const shots of [undefined, ...FEWER_SHOTS]) {
    try {
      const plan = await planRun(engine, {...options, ...(shots === undefined ? {} : {shots})}, place);
      return {plan, why: first?.message};
    } catch (error) {
      if (!(error instanceof LabelscopeError) || !TOO_MANY_SHOTS.includes(error.code)) throw error;
      first ??= error;
    }
  }
  throw first ?? new RangeError("no number of demonstrations was tried");
}

/** A spec as a file in another folder says it: the paths in it are relative to that folder. */
function fromFolder(spec: string, folder: string, cwd: string): string {
  const moved = (part: string) => (existsSync(resolve(cwd, part)) ? relative(folder, resolve(cwd, part)) : part);
  if (existsSync(resolve(cwd, spec))) return moved(spec);
  return spec
    .split("+")
    .map(part => {
      const [, path = part, scale = ""] = /^(.+?)(@[\d.e+-]+)?$/.exec(part) ?? [];
      return moved(path) + scale;
    })
    .join("+");
}

function wouldOverwrite(files: readonly string[]): LabelscopeError {
  return new LabelscopeError({
    code: "would-overwrite",
    message: `${files.join(", ")} is there already, and init writes over nothing`,
    next: ["labelscope init … --out DIR, another folder", "or move it away"],
    facts: {files},
  });
}
