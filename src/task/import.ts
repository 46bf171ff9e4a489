import {readFile, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {basename, join, resolve} from "node:path";
import {LabelscopeError, unknownChoice} from "../errors.ts";
import {makeFolder} from "../make-folder.ts";
import {scratchFolder} from "../scratch-folder.ts";
import {removeDrafts, writeWhole} from "../write-whole.ts";
import {builtInTaskMap} from "./index.ts";
import {formatDocument} from "./jsonl.ts";
import {loadTask} from "./load.ts";
import {loadTable} from "./load-table.ts";
import type {TableMapping} from "./table/mapping.ts";
import {tableFormats} from "./table/read-table.ts";
import {splitNames, type Task} from "./task.ts";
import {formatTask} from "./task-text.ts";

export interface ImportOptions {
  /** The directory of the data's own files; not needed for a task that ships with its data. */
  readonly dataDir?: string;
  /** Where task.yaml and the JSONL files go; made if it is not there. */
  readonly outDir: string;
  readonly cwd: string;
  /** Write over files with other content. */
  readonly force?: boolean;
  /** Where the documents' parts are, for the names of `tableFormats`. */
  readonly mapping?: TableMapping;
  /** The id of a task imported from such a table. */
  readonly taskId?: string;
}

export interface ImportedTask {
  readonly task: Task;
  /** The files of the import, and whether each was written or had that content already. */
  readonly files: readonly {readonly path: string; readonly written: boolean}[];
}

interface WantedFile {
  readonly path: string;
  readonly content: string;
}

function filesOf(task: Task, directory: string): WantedFile[] {
  const {definition, fixedDemonstrations} = task;
  const lines = (documents: readonly Parameters<typeof formatDocument>[0][]): string =>
    documents.map(document => `${formatDocument(document)}\n`).join("");
  const named = (name: string | undefined): string | undefined => (name === undefined ? undefined : basename(name));
  const {train, calibration, test} = definition.data;
  const data = {train: named(train), calibration: named(calibration), test: basename(test)};
  const files: WantedFile[] = [];
  for (const split of splitNames) {
    const documents = task.splits[split]?.documents;
    const name = data[split];
    if (documents === undefined || name === undefined) continue;
    files.push({path: join(directory, name), content: lines(documents)});
  }
  let {demonstrations} = definition;
  if (typeof demonstrations === "string" && fixedDemonstrations !== undefined) {
    demonstrations = basename(demonstrations);
    files.push({path: join(directory, demonstrations), content: lines(fixedDemonstrations.documents)});
  }
  const text = formatTask({...definition, data, demonstrations}, task.notes);
  return [...files, {path: join(directory, "task.yaml"), content: text}];
}

/** The file's text, or nothing where there is no file. */
async function currentContent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** A built-in task, or one made of the user's own table. */
async function loadNamed(name: string, options: ImportOptions): Promise<Task> {
  const {cwd, dataDir, mapping = {}, taskId} = options;
  const format = tableFormats.get(name);
  if (format !== undefined) {
    if (dataDir === undefined) {
      const columns = format.export === undefined ? " --text-column text --labels-column labels" : "";
      const next = `labelscope tasks import ${name} --data ${format.export?.data ?? "FILE"} --out DIR${columns}`;
      throw new LabelscopeError({code: "usage", message: `tasks import ${name} needs a file to read`, next});
    }
    return await loadTable(name, {data: dataDir, cwd, mapping, ...(taskId === undefined ? {} : {taskId})});
  }
  const known = [...builtInTaskMap.keys(), ...tableFormats.keys()];
  if (!builtInTaskMap.has(name)) throw unknownChoice({code: "unknown-task", what: "task", given: name, known});
  if (Object.keys(mapping).length > 0 || taskId !== undefined) {
    throw new LabelscopeError({
      code: "usage",
      message: `labelscope knows how ${name} is read: columns, splits and a task id are for ${[...tableFormats.keys()].join(", ")}`,
      next: `labelscope tasks import ${name} --data DIR --out DIR`,
    });
  }
  return await loadTask(name, dataDir === undefined ? {cwd} : {cwd, dataDir});
}

/**
 * What `tasks check` will say, before anything is written where the user wants it: the files in a folder of their own, read
 * as a task file is.
 *
 * @throws LabelscopeError what `loadTask` throws, with the files called as they would be
 */
async function checkBeforeWriting(wanted: readonly WantedFile[], directory: string): Promise<void> {
  await using scratch = await scratchFolder(tmpdir(), "labelscope-import");
  const folder = scratch.path;
  try {
    for (const {path, content} of wanted) await writeFile(join(folder, basename(path)), content);
    await loadTask(join(folder, "task.yaml"), {cwd: folder});
  } catch (error) {
    if (!(error instanceof LabelscopeError)) throw error;
    throw new LabelscopeError({
      code: error.code,
      message: `nothing was written: the task would not pass tasks check (${error.message})`,
      details: error.details.map(line => line.replaceAll(folder, directory)),
      next: ["correct the data or the flags; the same command shows what is left"],
      facts: error.facts,
      cause: error,
    });
  }
}

/**
 * Writes a built-in task, or a table of the user's own, as files: task.yaml and one JSONL a split, which load to the same
 * documents.
 *
 * What is written passes `tasks check`. Files that are there with the same content are left alone. task.yaml comes last, so an interrupted import leaves none.
 *
 * @throws LabelscopeError `unknown-task`; `would-overwrite` where a file has other content, unless `force`; what `loadTask`
 *   throws
 */
export async function importTask(name: string, options: ImportOptions): Promise<ImportedTask> {
  const {cwd, outDir, force = false} = options;
  const task = await loadNamed(name, options);
  const directory = resolve(cwd, outDir);
  const wanted = filesOf(task, directory);
  const current = await Promise.all(wanted.map(file => currentContent(file.path)));
  const different = wanted.filter((file, index) => current[index] !== undefined && current[index] !== file.content);
  if (different.length > 0 && !force) {
    throw new LabelscopeError({
      code: "would-overwrite",
      message: `${directory} has files with other content`,
      details: different.map(file => file.path),
      next: "another --out DIR, or --force to write over them",
      facts: {files: different.map(file => file.path)},
    });
  }
  await checkBeforeWriting(wanted, directory);
  await makeFolder(directory);
  await removeDrafts(directory, "dead");
  const files: {path: string; written: boolean}[] = [];
  for (const [index, file] of wanted.entries()) {
    const written = current[index] !== file.content;
    if (written) await writeWhole(file.path, file.content);
    files.push({path: file.path, written});
  }
  return {task, files};
}
