import type {Command} from "commander";
import {addCommand, type Dispatch} from "./command.ts";
import {positive, wholeNumber} from "./flag-values.ts";
import {tableFlags} from "./table-flags.ts";

const EXAMPLE = `labelscope study models/studies/ladder.yaml --dry-run
labelscope study study.yaml --max-minutes 60
labelscope study study.yaml --lock`;

const INIT_EXAMPLE = `labelscope init
labelscope init my-table.csv path/to/model.gguf
labelscope init raters.csv smollm2-135m-instruct --text-column comment --labels-column topics --annotator-column who`;

/** `study`: one file that says what is run and compared; `init`, which writes one. */
export function addStudies(program: Command, dispatch: Dispatch): void {
  addCommand(program, "study <file>", "plan, run, compare and report what one file describes (resumable)", EXAMPLE)
    .option("--runs <dir>", "where run folders are found and made", "runs")
    .option("--out <dir>", "where results, page and experiments are written (default: studies/NAME)")
    .option("--data <dir>", "where the task's data is (default: as the file says)")
    .option("--limit <n>", "documents that are tested (default: as the file says)", wholeNumber(1))
    .option("--dry-run", "show the plan and what it costs, and stop", false)
    .option("--lock", "write hashes of models and data, and versions, into the file", false)
    .option("--max-minutes <n>", "decline a longer plan, and stop in time; the same command continues", positive)
    .option("--yes", "begin a plan that is longer than --max-minutes", false)
    .action(async (file, flags) => {
      await dispatch(async io => (await import("../commands/study.ts")).studyCommand({file, ...flags}, io), flags.json);
    });
  const init = addCommand(
    program,
    "init [table] [models...]",
    "write a study, and a task made of a table, that run as they are",
    INIT_EXAMPLE,
  )
    .option("--out <dir>", "where study.yaml and the task's folder are written", ".")
    .option("--task-id <id>", "the task's id (default: the table's name)");
  tableFlags(init).action(async (table, models, flags) => {
    const {json, quiet: _, out, taskId, ...mapping} = flags;
    await dispatch(
      async io => (await import("../commands/init.ts")).initCommand({table, models, out, taskId, mapping}, io),
      json,
    );
  });
}
