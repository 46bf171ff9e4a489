import {resolve} from "node:path";
import {counted} from "../counted.ts";
import {LabelscopeError} from "../errors.ts";
import {largest} from "../math/extremes.ts";
import {explainFileError} from "../store/disk-full.ts";
import {
  type AgreementSummary,
  type Coefficients,
  checkTask,
  type SplitSummary,
  type TaskSummary,
} from "../task/check.ts";
import {labelNames} from "../task/gold.ts";
import {importTask} from "../task/import.ts";
import {builtInTasks} from "../task/index.ts";
import type {TableMapping} from "../task/table/mapping.ts";
import type {CommandIo, CommandResult} from "./command.ts";

const number = new Intl.NumberFormat("en");

/** `labelscope tasks list`: the built-in tasks and the data they need. */
export async function tasksList(_options: unknown, _io: CommandIo): Promise<CommandResult> {
  const tasks = Object.entries(builtInTasks).map(([id, task]) => ({
    id,
    title: task.kind === "dataset" ? task.definition.title : task.title,
    data: task.kind === "dataset" ? task.files : [],
    from: task.kind === "dataset" ? task.from : null,
    notes: task.notes,
  }));
  const width = largest(tasks.map(task => task.id.length));
  const lines = tasks.flatMap(task => [
    `${task.id.padEnd(width)}  ${task.title}`,
    `${" ".repeat(width)}  ${task.data.length === 0 ? "ships with its data" : `--data DIR with ${task.data.join(", ")}`}`,
    ...(task.from === null ? [] : [`${" ".repeat(width)}  from ${task.from}`]),
  ]);
  return {data: {tasks}, text: `${lines.join("\n")}\n`};
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function pairs(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([key, count]) => `${key} ${number.format(count)}`)
    .join(", ");
}

function agreementLines({documents, pooled, labels}: AgreementSummary): string[] {
  const of = (name: string, {fleissKappa, krippendorffAlpha}: Coefficients) =>
    fleissKappa === undefined || krippendorffAlpha === undefined
      ? `${name} –`
      : `${name} ${fleissKappa.toFixed(2)} / ${krippendorffAlpha.toFixed(2)}`;
  const each = Object.entries(labels).map(([label, one]) => of(label, one));
  return [
    `  agreement        Fleiss' κ / Krippendorff's α: ${of("pooled", pooled)}; ${each.join(", ")}`,
    `                   over ${counted(documents, "document")} with two annotators or more; – where all say the same`,
  ];
}

function splitLines(name: string, split: SplitSummary): string[] {
  return [
    `${name}: ${number.format(split.documents)} document${split.documents === 1 ? "" : "s"}`,
    `  gold labels      ${pairs(split.labelCounts)}`,
    `  labels each      ${pairs(split.setSizes)} (no label: ${percent(split.noneShare)})`,
    ...(split.annotatorsPerDocument === undefined
      ? []
      : [
          `  annotators each  ${pairs(split.annotatorsPerDocument)}${split.annotators === undefined ? "" : ` (${split.annotators} in all)`}`,
        ]),
    ...(split.agreement === undefined ? [] : agreementLines(split.agreement)),
    `  longest text     ${number.format(split.longestText.length)} characters (${split.longestText.id})`,
    ...split.dropped.map(({reason, count}) => `  dropped ${number.format(count)}: ${reason}`),
    ...split.remarks.map(({reason, count}) => `  read by rule ${number.format(count)}: ${reason}`),
  ];
}

function summaryText(summary: TaskSummary): string {
  const none = summary.none === undefined ? "no null label" : `null label ${summary.none}`;
  const lines = [
    `${summary.id}: ${summary.title}`,
    `${summary.labels.length} labels: ${summary.labels.join(", ")}; ${none}; annotations: ${summary.annotations}`,
    ...Object.entries(summary.splits).flatMap(([name, split]) => splitLines(name, split)),
    ...summary.notes.map(note => `note: ${note}`),
    ...summary.warnings.map(warning => `warning: ${warning}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** `labelscope tasks check TASK [--data DIR]`: reads every line, then sums the task up. */
export async function tasksCheck(
  options: {readonly task: string; readonly data?: string | undefined},
  io: CommandIo,
): Promise<CommandResult> {
  const {task, data} = options;
  const summary = await checkTask(task, data === undefined ? {cwd: io.cwd} : {cwd: io.cwd, dataDir: data});
  return {data: summary, text: summaryText(summary)};
}

/** What an import has written, and what was decided on the way. */
export interface ImportedData {
  readonly id: string;
  /** Documents by split. */
  readonly documents: Readonly<Record<string, number>>;
  readonly files: readonly {readonly path: string; readonly written: boolean}[];
  readonly notes: readonly string[];
  readonly remarks: readonly {
    readonly split: string;
    readonly kind: string;
    readonly reason: string;
    readonly count: number;
  }[];
}

type Loose<T> = {readonly [Key in keyof T]?: T[Key] | undefined};

/**
 * `labelscope tasks import TASK --data DIR --out DIR [--force]`: a built-in task as task.yaml and JSONL; with `csv` or
 * `jsonl` a table of the user's own, whose columns the other flags name; with a tool's name what that exports. What was
 * decided on the way is remarked.
 */
export async function tasksImport(
  options: {
    readonly task: string;
    readonly data?: string | undefined;
    readonly out?: string | undefined;
    readonly force?: boolean | undefined;
    readonly taskId?: string | undefined;
  } & Loose<TableMapping>,
  io: CommandIo,
): Promise<CommandResult<ImportedData>> {
  const {task: name, data, out, force = false, taskId, ...columns} = options;
  if (out === undefined || out === "") {
    throw new LabelscopeError({
      code: "usage",
      message: "tasks import needs a place to write to",
      next: `labelscope tasks import ${name} --data ${data ?? "DIR"} --out tasks/${taskId ?? name}, with the other flags as they were`,
    });
  }
  const mapping: TableMapping = Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
  const {task, files} = await importTask(name, {
    cwd: io.cwd,
    outDir: out,
    force,
    mapping,
    ...(data === undefined ? {} : {dataDir: data}),
    ...(taskId === undefined ? {} : {taskId}),
  }).catch(error => {
    throw explainFileError(resolve(io.cwd, out), error);
  });
  const documents = Object.fromEntries(
    Object.entries(task.splits).map(([split, {documents: all}]) => [split, all.length]),
  );
  const lines = files.map(file => `${file.written ? "wrote" : "unchanged"} ${file.path}`);
  const left = Object.entries(task.splits).flatMap(([split, {dropped, remarks}]) => [
    ...dropped.map(entry => ({split, kind: "dropped", ...entry})),
    ...remarks.map(entry => ({split, kind: "read by rule", ...entry})),
  ]);
  for (const {kind, reason, count} of left) io.notice(`${kind} ${number.format(count)}: ${reason}`);
  for (const note of task.notes) io.notice(`note: ${note}`);
  const labels = labelNames(task);
  return {
    data: {id: task.definition.id, documents, files, notes: task.notes, remarks: left},
    text: `${[...lines, pairs(documents), `${counted(labels.length, "label")}: ${labels.join(", ")}`].join("\n")}\n`,
  };
}
