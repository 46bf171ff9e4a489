import {stat} from "node:fs/promises";
import {isAbsolute, join, relative, resolve} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {nearest} from "../nearest.ts";
import {packageRoot} from "../package-root.ts";
import type {TaskDefinition} from "../records/task.ts";
import type {DatasetTask, ReadSplit} from "./built-in.ts";
import type {LabelSet} from "./check-document.ts";
import {canonicalJson, hashDocuments, sha256} from "./hash.ts";
import {builtInTaskMap} from "./index.ts";
import {readDocuments} from "./jsonl.ts";
import {ProblemList} from "./problems.ts";
import {type FixedDemonstrations, splitNames, type Task, type TaskSplit} from "./task.ts";
import {readTaskFile} from "./task-file.ts";

/** Where a task and its data are looked for. */
export interface LoadOptions {
  /** Relative paths start here. */
  readonly cwd: string;
  /** The data's directory: needed by built-in tasks whose data does not ship, and taken instead of a task file's own. */
  readonly dataDir?: string;
}

/** The advice of an error that lists problems with their lines. */
const fixAndRetry = "correct the lines above; labelscope tasks check shows them all again";

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    found => found.isFile(),
    () => false,
  );
}

/** A path as messages show it: relative where it lies below the working directory. */
export function displayFrom(cwd: string): (path: string) => string {
  return path => {
    const short = relative(cwd, path);
    return short === "" || short.startsWith("..") || isAbsolute(short) ? path : short;
  };
}

async function requireFiles(paths: readonly string[], options: {subject: string; next: string[]}): Promise<void> {
  const present = await Promise.all(paths.map(isFile));
  const missing = paths.filter((_, index) => !present[index]);
  if (missing.length === 0) return;
  throw new LabelscopeError({
    code: "data-missing",
    message: `${options.subject}: ${missing.length === 1 ? "a data file is" : "data files are"} not there`,
    details: missing.map(path => `not found: ${path}`),
    next: options.next,
    facts: {missing},
  });
}

/** A split as a task holds it: with the hash of its documents. */
export function finishSplit(read: ReadSplit): TaskSplit {
  return {...read, hash: hashDocuments(read.documents)};
}

/** `annotators` where the test documents name who gave what (the first split's documents where there is no test). */
export function annotationsOf(splits: Task["splits"]): Task["annotations"] {
  const [document] = (splits.test ?? splits.calibration ?? splits.train)?.documents ?? [];
  return document?.annotations === undefined ? "aggregated" : "annotators";
}

async function loadDataset(task: DatasetTask, {cwd, dataDir}: LoadOptions): Promise<Task> {
  const {definition} = task;
  const subject = `task "${definition.id}"`;
  const next = [
    `labelscope … ${definition.id} --data DIR, where DIR holds ${task.files.join(", ")}`,
    `they are had from ${task.from}`,
  ];
  if (dataDir === undefined) {
    const message = `${subject}: its data does not ship with labelscope`;
    throw new LabelscopeError({code: "data-missing", message, next, facts: {files: task.files, from: task.from}});
  }
  const directory = resolve(cwd, dataDir);
  await requireFiles(
    task.files.map(name => join(directory, name)),
    {subject, next},
  );
  const problems = new ProblemList();
  const read = await task.read({directory, display: displayFrom(cwd), problems});
  problems.throwIfAny("data-invalid", subject, fixAndRetry);
  const splits = {
    train: finishSplit(read.train),
    calibration: finishSplit(read.calibration),
    test: finishSplit(read.test),
  };
  const hash = sha256(canonicalJson(definition));
  return {definition, source: "built-in", hash, annotations: annotationsOf(splits), splits, notes: task.notes};
}

/** The task file's data: every file is read before anything is said, so that one error lists all problems. */
async function readData(
  definition: TaskDefinition,
  {cwd, directory}: {cwd: string; directory: string},
): Promise<Pick<Task, "splits" | "fixedDemonstrations">> {
  const {data, demonstrations, gold, none} = definition;
  const fixedFile = typeof demonstrations === "string" ? demonstrations : undefined;
  const names = [data.train, data.calibration, data.test, fixedFile].filter(name => name !== undefined);
  const subject = `task "${definition.id}"`;
  await requireFiles(
    names.map(name => resolve(directory, name)),
    {
      subject,
      next: [
        "correct the paths under data: in the task file (they are relative to it), or give --data DIR",
        `expected in ${directory}: ${names.join(", ")}`,
      ],
    },
  );
  const problems = new ProblemList();
  const known: LabelSet = {labels: definition.labels.map(label => label.name), none};
  const display = displayFrom(cwd);
  const read = async (name: string): Promise<FixedDemonstrations> => {
    const source = resolve(directory, name);
    const documents = await readDocuments(source, display(source), {known, gold, problems});
    return {documents, source, hash: hashDocuments(documents)};
  };
  const splits: {-readonly [name in keyof Task["splits"]]: TaskSplit} = {};
  for (const split of splitNames) {
    const name = data[split];
    if (name !== undefined) splits[split] = {...(await read(name)), dropped: [], remarks: []};
  }
  const fixed = fixedFile === undefined ? undefined : await read(fixedFile);
  problems.throwIfAny("data-invalid", subject, fixAndRetry);
  return fixed === undefined ? {splits} : {splits, fixedDemonstrations: fixed};
}

async function loadTaskFile(path: string, options: LoadOptions & {notes: readonly string[]}): Promise<Task> {
  const {cwd, dataDir, notes} = options;
  const display = displayFrom(cwd)(path);
  const problems = new ProblemList();
  const definition = await readTaskFile(path, display, problems);
  problems.throwIfAny("task-invalid", `task file ${display}`, fixAndRetry);
  if (definition === undefined) throw new Error(`${path}: no definition and no problem`);
  const directory = dataDir === undefined ? resolve(path, "..") : resolve(cwd, dataDir);
  const data = await readData(definition, {cwd, directory});
  const hash = sha256(canonicalJson(definition));
  return {definition, source: path, hash, annotations: annotationsOf(data.splits), ...data, notes};
}

/** Files that hold documents, not a task. */
const TABLE = /\.(csv|tsv|jsonl|ndjson)$/i;

function isTable(spec: string): LabelscopeError {
  const format = /\.(csv|tsv)$/i.test(spec) ? "csv" : "jsonl";
  const columns = format === "csv" ? " --text-column text --labels-column labels" : "";
  return new LabelscopeError({
    code: "task-not-found",
    message: `${spec} holds documents; a task is a YAML file that says what they are`,
    next: `labelscope tasks import ${format} --data ${spec} --out DIR${columns} makes one; then give DIR/task.yaml`,
    facts: {given: spec},
  });
}

/**
 * A task with its data, checked to the last line.
 *
 * @param spec the id of a built-in task, or the path of a task file or of a folder with a task.yaml (write `./name` for one
 *   that is called like a built-in task)
 * @throws LabelscopeError `task-not-found`, `data-missing`, `task-invalid` (the task file), `data-invalid` (the documents);
 *   the last two list up to 20 problems with file, line and what was expected
 */
export async function loadTask(spec: string, options: LoadOptions): Promise<Task> {
  const builtIn = builtInTaskMap.get(spec);
  if (builtIn?.kind === "dataset") return loadDataset(builtIn, options);
  const path = builtIn === undefined ? resolve(options.cwd, spec) : resolve(packageRoot, builtIn.taskFile);
  if (builtIn === undefined && TABLE.test(spec) && (await isFile(path))) throw isTable(spec);
  if (await isFile(path)) return loadTaskFile(path, {...options, notes: builtIn?.notes ?? []});
  const inside = join(path, "task.yaml");
  if (builtIn === undefined && (await isFile(inside))) return loadTaskFile(inside, {...options, notes: []});
  const known = [...builtInTaskMap.keys()];
  const meant = nearest(spec, known, 1)[0];
  throw new LabelscopeError({
    code: "task-not-found",
    message: `no built-in task and no task file "${spec}"`,
    details: [`built-in: ${known.join(", ")}`, `no such file: ${path}`],
    next:
      meant === undefined || builtIn !== undefined
        ? "give a built-in task's id or the path of a task file"
        : `did you mean ${meant}?`,
    facts: {given: spec, known},
  });
}
