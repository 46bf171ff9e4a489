import type {Command} from "commander";
import {addCommand, type Dispatch} from "./command.ts";
import {tableFlags} from "./table-flags.ts";

const IMPORT_EXAMPLE = `labelscope tasks import goemotions --data DIR --out tasks/goemotions
labelscope tasks import csv --data mine.csv --out tasks/mine --text-column text --labels-column labels --separator ";"
labelscope tasks import csv --data DIR --out tasks/mine --text-column text --id-column id --label-columns anger,fear,joy
labelscope tasks import csv --data raters.csv --out tasks/mine --text-column text --id-column id --annotator-columns ann,bo
labelscope tasks import csv --data long.csv --out tasks/mine --text-column text --id-column id --annotator-column rater --labels-column label --rows one-label
labelscope tasks import csv --data mine.csv --out tasks/mine --text-column text --labels-column labels --test-share 0.5 --calibration-share 0
labelscope tasks import csv --data mine.csv --out tasks/mine --text-column text --labels-column hateful --rename 1=hateful,0=none
labelscope tasks import jsonl --data DIR --out tasks/mine --none-words none
labelscope tasks import prodigy --data annotations.jsonl --out tasks/mine
Also doccano, argilla, label-studio, chaosnli, hatexplain, lewidi: docs/tasks.md has a command for each.`;

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
  const importing = addCommand(
    tasks,
    "import <task>",
    "turn a published data set, a table or a tool's export into a task file with JSONL",
    IMPORT_EXAMPLE,
  )
    .option("--data <path>", "the data: a directory of files as published, or one file")
    .option("--out <dir>", "where the task file and the JSONL are written")
    .option("--force", "overwrite files that differ")
    .option("--task-id <id>", "the task's id (default: made of the file's name)");
  tableFlags(importing).action(async (task, flags) => {
    const {json, quiet: _, ...rest} = flags;
    await dispatch(async io => (await load()).tasksImport({task, ...rest}, io), json);
  });
}
