import {basename, extname, resolve} from "node:path";
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
import {checkMapping} from "./table/check-mapping.ts";
import {collectDocuments} from "./table/collect.ts";
import {bareNumbers, namesOf} from "./table/label-set.ts";
import {LabelWords, nullLabel} from "./table/label-words.ts";
import type {TableMapping} from "./table/mapping.ts";
import {type ReadFile, tableFormats} from "./table/read-table.ts";
import {sourcesOf} from "./table/sources.ts";
import {tableDemonstrations} from "./table-demonstrations.ts";
import type {Task} from "./task.ts";

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

function define(options: {id: string; labels: readonly string[]; annotators: boolean}): TaskDefinition {
  const {id, labels, annotators} = options;
  const parsed = taskDefinitionSchema.safeParse({
    version: 1,
    id,
    title: id,
    labels,
    none: nullLabel,
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
      "--rename 'OLD=NEW', where a label is to have another name",
      "--separator, where a cell holds several labels that are not parted by commas",
    ],
  });
}

/** Splits that hold something: a small file may leave calibration or train without any. */
function filled(splits: Readonly<Partial<Record<Split, ReadSplit>>>): Partial<Record<Split, ReadSplit>> {
  return Object.fromEntries(Object.entries(splits).filter(([, split]) => split.documents.length > 0));
}

function idFrom(path: string): string {
  const name = basename(path, extname(path)).toLowerCase();
  return name.replace(/[^a-z0-9._-]+/g, "-").replace(/^[^a-z0-9]+/, "") || "task";
}

/**
 * A table of the user's own, or an export of another tool, as a task: one file, split by labelscope, or a directory with a
 * file a split.
 *
 * Read in stages, each of which refuses what it does not understand: the file's rows, what each row says, the labels'
 * names, documents, splits.
 *
 * @param format a name of `tableFormats`
 * @throws LabelscopeError `usage` for a mapping that says too little, `data-missing`, `data-invalid` with file and line,
 *   `task-invalid` where a label cannot be one
 */
export async function loadTable(format: string, options: LoadTableOptions): Promise<Task> {
  const {cwd} = options;
  const reader = tableFormats.get(format);
  if (reader === undefined) throw new Error(`no table format ${format}`);
  const mapping: TableMapping = {...reader.defaults, ...options.mapping};
  checkMapping(format, reader, mapping);
  const data = resolve(cwd, options.data);
  const id = options.taskId ?? idFrom(data);
  const display = displayFrom(cwd);
  const problems = new ProblemList();
  const sources = await sourcesOf(reader.endings, data);
  const shared = mapping.split ?? mapping.testShare ?? mapping.calibrationShare;
  if (shared !== undefined && sources.some(source => source.split !== undefined)) {
    throw new LabelscopeError({
      code: "usage",
      message: "a directory has its own splits: --split, --test-share and --calibration-share are for one file",
      next: "give the file with --data, or leave the flags out",
    });
  }
  const words = new LabelWords(mapping);
  const read = await reader.read(
    sources.map(({path}) => ({path, file: display(path)})),
    {mapping, words, problems},
  );
  // Rows that were not understood hold labels that are not known yet: say so first, unless the set is given.
  if (mapping.labels === undefined) problems.throwIfAny("data-invalid", `task "${id}"`, fixAndImport);
  if (problems.count === 0) {
    requireJudgements(read, display(data), problems);
    problems.throwIfAny("data-invalid", `task "${id}"`, fixAndImport);
  }
  const names = namesOf(read, mapping, words);
  const splits: Partial<Record<Split, ReadSplit>> = {};
  const notes = [`Imported from ${basename(data)}.`, ...new Set(read.flatMap(file => file.notes))];
  const told = [...names.remarks];
  for (const [index, {split, path}] of sources.entries()) {
    const {entries, dropped, remarks} = read[index] ?? {entries: [], dropped: [], remarks: []};
    const grouped = reader.grouped || mapping.annotatorColumn !== undefined;
    const collected = collectDocuments(entries, {
      file: display(path),
      names,
      problems,
      grouped,
      oneLabel: mapping.rows === "one-label",
    });
    const pool = {
      documents: collected.documents,
      source: path,
      dropped: [...dropped, ...collected.dropped],
      remarks: [...told.splice(0), ...remarks, ...collected.remarks],
    };
    if (split === undefined) {
      const {splitOf, note} = splitTable(
        pool.documents.map(document => document.id),
        mapping,
      );
      Object.assign(splits, intoSplits(pool, splitOf));
      notes.push(note);
    } else splits[split] = pool;
  }
  problems.throwIfAny("data-invalid", `task "${id}"`, fixAndImport);
  requireTest(splits, display(data), problems);
  problems.throwIfAny("data-invalid", `task "${id}"`, fixAndImport);
  const filledSplits = filledOnly(splits);
  const all = Object.values(filledSplits);
  const annotators = all.some(split => split.documents.some(entry => entry.annotations !== undefined));
  if (annotators) notes.push(annotatorsNote(all));
  for (const one of bareNumbers(names.labels)) notes.push(one);
  for (const flag of words.unmet) notes.push(`${flag}: no label of the file is called so.`);
  const definition = define({id, labels: names.labels, annotators});
  const present = new Set(Object.keys(filledSplits));
  const finished = taskDefinitionSchema.parse({
    ...definition,
    data: Object.fromEntries(Object.entries(definition.data).filter(([key]) => present.has(key))),
  });
  for (const split of all) checkDocuments(split, finished, problems);
  problems.throwIfAny("data-invalid", `task "${id}"`, fixAndImport);
  const done = Object.fromEntries(Object.entries(filledSplits).map(([name, split]) => [name, finishSplit(split)]));
  const {rule, note} = tableDemonstrations(finished, demonstrationsSchema.parse({}), filledSplits.train?.documents);
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

/** A problem where no file holds a judgement, with what became of its rows. */
function requireJudgements(files: readonly ReadFile[], data: string, problems: ProblemList): void {
  const judged = files.some(({entries}) =>
    entries.some(({judgements}) => judgements.some(({labels}) => labels !== undefined)),
  );
  if (judged) return;
  const rows = files.reduce((sum, {entries}) => sum + entries.length, 0);
  const counts = files.flatMap(({dropped}) => dropped).map(({reason, count}) => `${count} ${reason}`);
  const why = [...(rows === 0 ? [] : [`${rows} documents that nobody judged`]), ...counts].join("; ");
  problems.add({file: data, message: `holds no judgement${why === "" ? "" : `: ${why}`}`});
}

/** A test split with a document in it, or a problem that says what became of its rows. */
function requireTest(splits: Partial<Record<Split, ReadSplit>>, data: string, problems: ProblemList): void {
  const {test} = splits;
  if (test !== undefined && test.documents.length > 0) return;
  const told = test === undefined || test.dropped.length === 0 ? Object.values(splits) : [test];
  const counts = told.flatMap(split => split.dropped).map(({reason, count}) => `${count} ${reason}`);
  const why = counts.length === 0 ? "" : `: ${counts.join("; ")}`;
  const others = Object.entries(splits).filter(([, split]) => split.documents.length > 0);
  const instead = test === undefined || others.length === 0 ? "" : ". Give one file with --data, and it is split here";
  problems.add({file: data, message: `the test split gives no document${why}${instead}`});
}

/** Splits that hold something, with what was told of the others told by the test split. */
function filledOnly(splits: Partial<Record<Split, ReadSplit>>): Partial<Record<Split, ReadSplit>> {
  const lost = Object.values(splits).filter(split => split.documents.length === 0);
  const kept = filled(splits);
  if (lost.length === 0 || kept.test === undefined) return kept;
  const dropped = [...lost.flatMap(split => split.dropped), ...kept.test.dropped];
  const remarks = [...lost.flatMap(split => split.remarks), ...kept.test.remarks];
  return {...kept, test: {...kept.test, dropped, remarks}};
}

function annotatorsNote(splits: readonly ReadSplit[]): string {
  const documents = splits.flatMap(split => split.documents);
  const names = new Set(documents.flatMap(document => document.annotators ?? []));
  const sizes = documents.map(document => document.annotations?.length ?? 0).sort((a, b) => a - b);
  const range = sizes[0] === sizes.at(-1) ? `${sizes[0] ?? 0}` : `${sizes[0] ?? 0} to ${sizes.at(-1) ?? 0}`;
  return `Annotators: ${names.size === 0 ? "nobody is named" : `${names.size} by name`}; ${range} a document.`;
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
