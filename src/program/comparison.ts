import {type Command, Option} from "commander";
import {EXPORT_FORMATS, EXPORT_TABLES} from "../export/names.ts";
import {addCommand, type Dispatch} from "./command.ts";
import {level, list, repeated, wholeNumber} from "./flag-values.ts";

const COMPARE_EXAMPLE = `labelscope compare runs/goemotions-*
labelscope compare runs/posts-* --estimators hard,first-step,first-step+platt --all-metrics
labelscope compare runs/posts-my-model-* --base runs/posts-my-model-f16-1a2b3c4d
labelscope compare runs/posts-* --predictions bert=bert.jsonl --fail-if 'curves.ladder.base.step1.slope > 0'`;
const REPORT_EXAMPLE = "labelscope report runs/goemotions-* --out report";
const EVALUATE_EXAMPLE = "labelscope evaluate goemotions --data DIR --predictions bert=bert.jsonl";

/** `compare`, `report`, `evaluate`, `inspect`: what reads stored runs and calls no model. */
export function addComparisons(program: Command, dispatch: Dispatch): void {
  comparisonFlags(
    addCommand(
      program,
      "compare <runs...>",
      "what models believe and how that changes, held against annotators: tables, tests, a page",
      COMPARE_EXAMPLE,
    ),
  )
    .option("--estimators <names>", "rows, with commas between them (default: all that the runs hold)", list)
    .option("--predictions <[name=]file>", "estimates made elsewhere, beside the runs (repeatable)", repeated)
    .option("--paper", "rows and shares in the paper's own definitions as well (NAME@paper)", false)
    .option(
      "--base <run>",
      "hold every other run against this one as its variant (default: as the models' parents say)",
    )
    .action(async (runs, flags) => {
      await dispatch(
        async io => (await import("../commands/compare.ts")).compareCommand({runs, ...flags}, io),
        flags.json,
      );
    });

  addCommand(program, "report <runs...>", "the page and figures of runs alone, without tables", REPORT_EXAMPLE)
    .option("--estimators <names>", "rows, with commas between them (default: all that the runs hold)", list)
    .option("--predictions <[name=]file>", "estimates made elsewhere, beside the runs (repeatable)", repeated)
    .option(
      "--base <run>",
      "hold every other run against this one as its variant (default: as the models' parents say)",
    )
    .option("--title <text>", "what the page is called (default: the task's title)")
    .option("--resamples <n>", "bootstrap resamples of the documents", wholeNumber(1), 2000)
    .option("--seed <n>", "seed of resamples and exchanges", wholeNumber(0), 0)
    .option("--level <share>", "of the intervals; tests are read at 1 − level", level, 0.95)
    .option("--out <dir>", "where the files go (default: comparisons/TASK-HASH)")
    .action(async (runs, flags) => {
      await dispatch(
        async io => (await import("../commands/report.ts")).reportCommand({runs, ...flags}, io),
        flags.json,
      );
    });

  comparisonFlags(
    addCommand(
      program,
      "evaluate <task>",
      "the same metrics and intervals for estimates made elsewhere",
      EVALUATE_EXAMPLE,
    ),
  )
    .requiredOption(
      "--predictions <[name=]file>",
      'JSONL, {"id", "labels": {"joy": 0.8}} a line, or CSV, id,joy,fear or id,label,q (repeatable)',
      repeated,
    )
    .option("--name <name>", "what to call them (default: the file's name)")
    .option("--data <dir>", "where the task's data is")
    .action(async (task, flags) => {
      await dispatch(
        async io => (await import("../commands/evaluate.ts")).evaluateCommand({task, ...flags}, io),
        flags.json,
      );
    });

  addCommand(
    program,
    "verify <folders...>",
    "whether runs and comparisons are as they were written; exit 1 if one is not",
    "labelscope verify runs/goemotions-*\nlabelscope verify comparisons/goemotions-1a2b3c4d runs/goemotions-*",
  ).action(async (folders, flags) => {
    await dispatch(async io => (await import("../commands/verify.ts")).verifyCommand({folders}, io), flags.json);
  });

  addCommand(
    program,
    "export <runs...>",
    "label steps of runs as one table for other programs: CSV, JSONL or Parquet",
    "labelscope export runs/goemotions-* --to parquet\nlabelscope export runs/posts-* --table documents --out answers.csv",
  )
    .addOption(new Option("--table <name>", "what a row is of").choices(EXPORT_TABLES).default("labels"))
    .addOption(new Option("--to <format>", "the format (default: as --out ends, else csv)").choices(EXPORT_FORMATS))
    .option("--out <file>", "where the table goes (default: TABLE.FORMAT here)")
    .action(async (runs, {table, to, out, json}) => {
      await dispatch(
        async io => (await import("../commands/export.ts")).exportCommand({runs, table, to, out}, io),
        json,
      );
    });

  addCommand(
    program,
    "inspect <runs...>",
    "one document step by step; of several runs side by side",
    "labelscope inspect runs/goemotions-* --id eecwqtt",
  )
    .option("--id <id>", "the document (default: the first)")
    .action(async (runs, flags) => {
      await dispatch(
        async io => (await import("../commands/inspect.ts")).inspectCommand({runs, id: flags.id}, io),
        flags.json,
      );
    });
}

function comparisonFlags(command: Command): Command {
  return command
    .option("--metrics <names>", "metrics, with commas between them (default: NLL, L1, example-F1, AP)", list)
    .option("--all-metrics", "every metric", false)
    .option("--title <text>", "what the page is called (default: the task's title)")
    .option("--resamples <n>", "bootstrap resamples of the documents", wholeNumber(1), 2000)
    .option("--seed <n>", "seed of resamples and exchanges", wholeNumber(0), 0)
    .option("--level <share>", "of the intervals; tests are read at 1 − level", level, 0.95)
    .option("--fail-if <condition>", "'PATH OP NUMBER' on results.json: exit 1 if it holds (repeatable)", repeated)
    .option("--require <condition>", "the same: exit 1 if it does not hold (repeatable)", repeated)
    .option("--out <dir>", "where the files go (default: comparisons/TASK-HASH)")
    .option("--no-report", "tables alone, without figures and page");
}
