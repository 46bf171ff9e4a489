import {type Command, Option} from "commander";
import {addCommand, type Dispatch} from "./command.ts";
import {delimiter, list, names, share} from "./flag-values.ts";

const IMPORT_EXAMPLE = `labelscope tasks import goemotions --data DIR --out tasks/goemotions
labelscope tasks import csv --data mine.csv --out tasks/mine --text-column text --labels-column labels --separator ";"
labelscope tasks import csv --data DIR --out tasks/mine --text-column text --id-column id --label-columns anger,fear,joy
labelscope tasks import csv --data raters.csv --out tasks/mine --text-column text --id-column id --annotator-columns ann,bo
labelscope tasks import csv --data long.csv --out tasks/mine --text-column text --id-column id --annotator-column rater --labels-column label --rows one-label
labelscope tasks import csv --data mine.csv --out tasks/mine --text-column text --labels-column labels --test-share 0.5 --calibration-share 0
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
  addCommand(tasks, "import <task>", "turn a data set as published into a task file with JSONL", IMPORT_EXAMPLE)
    .option("--data <dir>", "the data set as published")
    .option("--out <dir>", "where the task file and the JSONL are written")
    .option("--force", "overwrite files that differ")
    .option("--task-id <id>", "the task's id (default: the file's name)")
    .option("--id-column <name>", "where ids are (default: made of the text; jsonl: id)")
    .option("--text-column <name>", "where texts are (jsonl: text)")
    .option(
      "--labels-column <name>",
      "all labels of a row (jsonl: labels or annotations); given twice, or with commas: a column an annotator",
      names,
    )
    .option("--annotator-columns <names>", "a column of labels an annotator, who is called like it", list)
    .option("--separator <text>", "between the labels of a cell (default: a comma)")
    .option("--none-words <words>", "words that mean no label, e.g. neutral", list)
    .option("--label-columns <names>", "one column of 0 and 1 a label", list)
    .option("--annotator-column <name>", "a row is one annotator's word")
    .option("--annotators-column <name>", "who gave the entries of a list, in its order (default: annotators)")
    .addOption(
      new Option("--entries <what>", "what the entries of a list are (default: told from the names beside it)").choices(
        ["labels", "annotators"],
      ),
    )
    .addOption(
      new Option(
        "--rows <what>",
        "one-label: a row is one chosen label, and an annotator's rows make their set",
      ).choices(["one-label"]),
    )
    .addOption(
      new Option("--blank <what>", "what an empty label cell says (default: told from the file)").choices([
        "none",
        "unjudged",
      ]),
    )
    .option("--labels <names>", "the label set in its order (default: those found)", list)
    .option("--rename <pairs>", "what values of the file are called, e.g. 1=hate,0=none", names)
    .option("--delimiter <text>", "csv: between cells (default: told from the file)", delimiter)
    .addOption(
      new Option("--quotes [how]", "csv: a quote holds a cell together (double), or is text (none; default with tabs)")
        .choices(["double", "none"])
        .preset("double"),
    )
    .addOption(new Option("--split <name>", "a single file: all of it is the test split").choices(["test"]))
    .option("--test-share <share>", "a single file: the share of test documents (default: 0.1)", share)
    .option("--calibration-share <share>", "a single file: the share of calibration documents (default: 0.1)", share)
    .action(async (task, flags) => {
      const {json, quiet: _, ...rest} = flags;
      await dispatch(async io => (await load()).tasksImport({task, ...rest}, io), json);
    });
}
