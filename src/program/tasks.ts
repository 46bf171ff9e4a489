import type {Command} from "commander";
import {addCommand, type Dispatch} from "./command.ts";
import {list} from "./flag-values.ts";

const IMPORT_EXAMPLE = `labelscope tasks import goemotions --data DIR --out tasks/goemotions
labelscope tasks import csv --data mine.csv --out tasks/mine --text-column text --labels-column labels --separator ";"`;

/** `tasks` and what stands behind it. */
export function addTasks(tasks: Command, dispatch: Dispatch): void {
  const load = async () => await import("../commands/tasks.ts");
  addCommand(tasks, "list", "the built-in tasks", "labelscope tasks list").action(async flags =>
    dispatch(async io => (await load()).tasksList({}, io), flags.json),
  );
  addCommand(
    tasks,
    "check <task>",
    "check a task file and its data, with line numbers",
    "labelscope tasks check my-task.yaml",
  )
    .option("--data <dir>", "where the task's data is")
    .action(async (task, flags) =>
      dispatch(async io => (await load()).tasksCheck({task, data: flags.data}, io), flags.json),
    );
  addCommand(tasks, "import <task>", "turn a data set as published into a task file with JSONL", IMPORT_EXAMPLE)
    .option("--data <dir>", "the data set as published")
    .option("--out <dir>", "where the task file and the JSONL are written")
    .option("--force", "overwrite files that differ")
    .option("--task-id <id>", "csv, jsonl: the task's id (default: the file's name)")
    .option("--id-column <name>", "csv, jsonl: where ids are (default: made of the text; jsonl: id)")
    .option("--text-column <name>", "csv, jsonl: where texts are (jsonl: text)")
    .option("--labels-column <name>", "csv, jsonl: all labels of a row (jsonl: labels or annotations)")
    .option("--separator <text>", "between the labels of that column (default: a comma)")
    .option("--none-words <words>", "words of that column that mean no label, e.g. neutral", list)
    .option("--label-columns <names>", "csv, jsonl: one column of 0 and 1 a label", list)
    .option("--annotator-column <name>", "csv, jsonl: a row is one annotator's word")
    .option("--labels <names>", "csv, jsonl: the label set in its order (default: those found)", list)
    .option("--delimiter <text>", "csv: between cells (default: a comma; .tsv: a tab)")
    .action(async (task, flags) => {
      const {json, quiet: _, ...rest} = flags;
      await dispatch(async io => (await load()).tasksImport({task, ...rest}, io), json);
    });
}
