import {readdir, stat} from "node:fs/promises";
import {basename, extname, join, resolve} from "node:path";
import {LabelscopeError} from "../errors.ts";
import type {Split} from "../records/document.ts";
import {demonstrationsSchema, type TaskDefinition, taskDefinitionSchema} from "../records/task.ts";
import type {ReadSplit} from "./built-in.ts";
import {documentProblems} from "./check-document.ts";
import {canonicalJson, sha256} from "./hash.ts";
import {intoSplits} from "./into-splits.ts";
import {annotationsOf, displayFrom, finishSplit} from "./load.ts";
import {ProblemList} from "./problems.ts";
import {splitTable} from "./split-by-hash.ts";
import {tableDemonstrations} from "./table-demonstrations.ts";
import {labelsOf, tableDocuments} from "./table-documents.ts";
import {type TableFormat, type TableMapping, type TableRow, tableFormats} from "./table-rows.ts";
import type {Task} from "./task.ts";

/** How the split's file may be called, without its ending, in a directory of three. */
const fileNames = {
  train: ["train"],
  calibration: ["calibration", "dev", "valid", "validation"],
  test: ["test"],
} as const satisfies Record<Split, readonly string[]>;

/** The advice of an error that lists what is wrong in a table. */
const fixAndImport = "correct the lines or the flags; the same command shows what is left";

export interface LoadTableOptions {
  /** A file, or a directory with `train`, `calibration` (or `dev`, `valid`, `validation`) and `test`. */
  readonly data: string;
  readonly cwd: string;
  readonly mapping: TableMapping;
  /** The task's id; absent: the name of the file or directory. */
  readonly taskId?: string;
}

type Source = {readonly split: Split | undefined; readonly path: string};

async function sourcesOf(format: TableFormat, path: string): Promise<Source[]> {
  const {endings} = tableFormats[format];
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isFile() === true) return [{split: undefined, path}];
  const names = facts?.isDirectory() === true ? await readdir(path) : [];
  const found: Source[] = [];
  for (const split of ["train", "calibration", "test"] as const) {
    const wanted = fileNames[split].flatMap(stem => endings.map(ending => `${stem}${ending}`));
    const name = wanted.find(candidate => names.includes(candidate));
    if (name !== undefined) found.push({split, path: join(path, name)});
  }
  if (found.some(({split}) => split === "test")) return found;
  throw new LabelscopeError({
    code: "data-missing",
    message: facts === undefined ? `there is no ${path}` : `${path} has no test file`,
    next: `--data FILE, split by labelscope, or --data DIR with train${endings[0]} and test${endings[0]}`,
    facts: {path},
  });
}

/** The columns that a file must have for a mapping. */
function columnsOf(mapping: TableMapping): string[] {
  const {textColumn, idColumn, labelsColumn, labelColumns = [], annotatorColumn} = mapping;
  return [textColumn, idColumn, labelsColumn, annotatorColumn, ...labelColumns].filter(name => name !== undefined);
}

function checkMapping(format: TableFormat, mapping: TableMapping): void {
  const {textColumn, labelsColumn, labelColumns} = mapping;
  const named = labelsColumn !== undefined || labelColumns !== undefined;
  const problems = [
    textColumn === undefined ? "no --text-column: which column holds the text" : undefined,
    format === "csv" && !named ? "neither --labels-column nor --label-columns: where the labels are" : undefined,
    labelsColumn !== undefined && labelColumns !== undefined
      ? "--labels-column and --label-columns: give one"
      : undefined,
  ].filter(problem => problem !== undefined);
  if (problems.length === 0) return;
  throw new LabelscopeError({
    code: "usage",
    message: `tasks import ${format} does not know how to read the file`,
    details: problems,
    next: `labelscope tasks import ${format} --data FILE --out DIR --text-column text --labels-column labels`,
  });
}

function define(options: {id: string; labels: readonly string[]; annotators: boolean}): TaskDefinition {
  const {id, labels, annotators} = options;
  const parsed = taskDefinitionSchema.safeParse({
    version: 1,
    id,
    title: id,
    labels,
    none: "none",
    prompt: {
      instruction: "Which of these labels apply to each input: none, one or several? Labels: {labels}.\n\n",
      demonstration: "Input: {text}\n{answer}\n\n",
      query: "Input: {text}\n{opening}",
    },
    data: {train: "train.jsonl", calibration: "calibration.jsonl", test: "test.jsonl"},
    gold: annotators ? "majority" : "labels",
  });
  if (parsed.success) return parsed.data;
  throw new LabelscopeError({
    code: "task-invalid",
    message: "the labels that were found make no task",
    details: parsed.error.issues.map(issue => `${issue.path.join(".")}: ${issue.message}`),
    next: [
      "--separator, where the labels of a cell are not parted by commas",
      "--none-words WORD, where a word such as none means that there is no label",
    ],
  });
}

/** Splits that hold something: a small file may leave calibration or train without any. */
function filled(splits: Readonly<Record<Split, ReadSplit>>): Partial<Record<Split, ReadSplit>> {
  return Object.fromEntries(Object.entries(splits).filter(([, split]) => split.documents.length > 0));
}

function idFrom(path: string): string {
  const name = basename(path, extname(path)).toLowerCase();
  return name.replace(/[^a-z0-9._-]+/g, "-").replace(/^[^a-z0-9]+/, "") || "task";
}

/**
 * A table of the user's own as a task: a CSV or JSONL file, split by labelscope, or a directory with a file a split.
 *
 * @throws LabelscopeError `usage` for a mapping that says too little, `data-missing`, `data-invalid` with file and line,
 *   `task-invalid` where a label cannot be one
 */
export async function loadTable(format: TableFormat, options: LoadTableOptions): Promise<Task> {
  const {cwd} = options;
  const mapping: TableMapping = {...tableFormats[format].defaults, ...options.mapping};
  checkMapping(format, mapping);
  const data = resolve(cwd, options.data);
  const id = options.taskId ?? idFrom(data);
  const display = displayFrom(cwd);
  const problems = new ProblemList();
  const read: (Source & {rows: TableRow[]})[] = [];
  for (const source of await sourcesOf(format, data)) {
    const columns = columnsOf(mapping);
    const rows = await tableFormats[format].read(source.path, display(source.path), {mapping, columns, problems});
    read.push({...source, rows});
  }
  const labels =
    mapping.labels ??
    labelsOf(
      read.flatMap(source => source.rows),
      mapping,
    );
  const splits: Partial<Record<Split, ReadSplit>> = {};
  const notes = [`Imported from ${basename(data)}.`];
  for (const {split, path, rows} of read) {
    const file = display(path);
    const pool = {...tableDocuments(rows, {file, mapping, labels, problems}), source: path};
    if (split === undefined) {
      const {splitOf, note} = splitTable(pool.documents.map(({id}) => id));
      Object.assign(splits, filled(intoSplits(pool, splitOf)));
      notes.push(note);
    } else splits[split] = pool;
  }
  problems.throwIfAny("data-invalid", `task "${id}"`, fixAndImport);
  const annotators = Object.values(splits).some(split =>
    split.documents.some(entry => entry.annotations !== undefined),
  );
  if (splits.test === undefined) problems.add({file: display(data), message: "it gives no document"});
  problems.throwIfAny("data-invalid", `task "${id}"`, fixAndImport);
  const definition = define({id, labels, annotators});
  const named = new Set(Object.keys(splits));
  const kept = {
    ...definition,
    data: Object.fromEntries(Object.entries(definition.data).filter(([key]) => named.has(key))),
  };
  const finished = taskDefinitionSchema.parse(kept);
  for (const split of Object.values(splits)) checkDocuments(split, finished, problems);
  problems.throwIfAny("data-invalid", `task "${id}"`, fixAndImport);
  const done = Object.fromEntries(Object.entries(splits).map(([name, split]) => [name, finishSplit(split)]));
  const {rule, note} = tableDemonstrations(finished, demonstrationsSchema.parse({}), splits.train?.documents);
  const demonstrating = {...finished, demonstrations: rule};
  return {
    definition: demonstrating,
    source: data,
    hash: sha256(canonicalJson(demonstrating)),
    annotations: annotationsOf(done),
    splits: done,
    notes: note === undefined ? notes : [...notes, note],
  };
}

/** What a task file's reader would find fault with: said now, not when the import is used. */
function checkDocuments(split: ReadSplit, definition: TaskDefinition, problems: ProblemList): void {
  const known = {labels: definition.labels.map(label => label.name), none: definition.none};
  for (const document of split.documents) {
    for (const message of documentProblems(document, known, definition.gold)) {
      problems.add({file: split.source, message: `document "${document.id}": ${message}`});
    }
  }
}
