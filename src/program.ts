import {Command, Option} from "commander";
import type {CommandIo, CommandResult} from "./commands/command.ts";
import {anyNumber, level, list, positive, repeated, shard, share, wholeNumber} from "./flags.ts";

/** What a command line asks for: a call that is made once output and signals are set up. */
export type Call = (io: CommandIo) => Promise<CommandResult>;

/** Reads all of standard input; given by the caller, since this file touches nothing outside. */
export interface Input {
  readonly read: () => Promise<string>;
}

/**
 * The command line: every command with its flags. A command's code is imported only when it is called, so that help is
 * there at once.
 *
 * @param dispatch receives the call that a parsed command line asks for
 */
export function createProgram(
  version: string,
  input: Input,
  dispatch: (call: Call, json: boolean) => Promise<void>,
): Command {
  const program = new Command("labelscope")
    .description(
      "What does a local model believe about every label, and how does that change with its size, finetuning and quantisation?",
    )
    .version(version)
    .showHelpAfterError("(labelscope COMMAND --help shows the flags and an example)")
    .configureHelp({showGlobalOptions: false});
  const add = (parent: Command, usage: string, description: string, example: string) =>
    parent
      .command(usage)
      .description(description)
      .option("--json", "print the result as JSON")
      .option("--quiet", "no progress and no remarks on stderr")
      .addHelpText(
        "after",
        `\nExample:\n${example
          .split("\n")
          .map(line => `  ${line}`)
          .join("\n")}`,
      );
  const engineFlags = (command: Command) =>
    command
      .option("--threads <n>", "threads of the engine (default: one a processor)", wholeNumber(1, 512))
      .option("--flash-attention", "faster; moves quantised models by hundredths of a bit", false)
      .option("--strict", "one sequence, nothing reused, float32 cache: repeats to the bit", false)
      .addOption(
        new Option("--gpu <kind>", "where to compute")
          .choices(["off", "auto", "cuda", "vulkan", "metal"])
          .default("off"),
      )
      .addOption(
        new Option("--reader <path>", "how logits are read").choices(["auto", "native", "public"]).default("auto"),
      )
      .addOption(
        new Option("--label-scoring <mode>", "exact: whole labels; auto: exact where labels share a first token")
          .choices(["auto", "exact", "first-token"])
          .default("auto"),
      );

  const captureFlags = (command: Command) =>
    command
      .requiredOption("--model <spec>", "catalogue id or GGUF file, +ADAPTER[@SCALE] for a LoRA (repeatable)", repeated)
      .option("--lora <adapter>", "the same as +ADAPTER at the end of every --model")
      .option("--lora-scale <x>", "the same as @SCALE after it; 0 is the model without it (default: 1)", anyNumber)
      .option("--data <dir>", "where the task's data is")
      .option("--limit <n>", "documents of the test split, a seeded sample (default: all)", wholeNumber(1))
      .option(
        "--calibration-limit <n>",
        "documents of the calibration split (default: 200 where an estimator learns from them)",
        wholeNumber(0),
      )
      .option(
        "--train-limit <n>",
        "documents of the train split (default: 1000 where an estimator learns from them)",
        wholeNumber(0),
      )
      .option(
        "--tree-width <width>",
        "label trees: stop when every label's interval is narrower (default: 0.01)",
        positive,
      )
      .option("--tree-expansions <n>", "label trees: stop after so many expansions (default: 256)", wholeNumber(1))
      .option(
        "--test-multi-share <share>",
        "share of test documents with several labels (default: as they come)",
        share,
      )
      .option("--seed <n>", "seed of the sample and the demonstrations (default: the task's)", wholeNumber(0))
      .option("--shots <n>", "demonstrations (default: the task's)", wholeNumber(0))
      .option("--multi-share <share>", "share of demonstrations with several labels (default: the task's)", share)
      .option("--none-share <share>", "share of demonstrations without a label (default: the task's)", share)
      .option("--label-order <order>", "alphabetical, reversed, as-listed or random:SEED (default: the task's)")
      .addOption(
        new Option("--format <format>", "how answers are written (default: the task's)").choices(["json", "list"]),
      )
      .addOption(
        new Option("--chat <mode>", "auto: the model's own chat template").choices(["raw", "auto"]).default("raw"),
      )
      .addOption(
        new Option("--opening <mode>", "free: the model writes the answer's opening itself")
          .choices(["given", "free"])
          .default("given"),
      )
      .addOption(
        new Option("--decode <mode>", "constrained: to well-formed answers")
          .choices(["free", "constrained"])
          .default("free"),
      )
      .addOption(
        new Option("--variants <rule>", "over a label's surface variants").choices(["max", "sum"]).default("max"),
      )
      .option("--full-logits", "store the whole logit vector of every label step (logits.npy)", false)
      .option(
        "--context <tokens>",
        "most tokens of a prompt with its answer (default: what the model was trained for)",
        wholeNumber(16),
      )
      .option("--sequences <n>", "documents under way at once (default: 8; 1 in strict mode)", wholeNumber(1, 128));

  captureFlags(
    engineFlags(
      add(program, "run <task>", "capture every label step of one or several models' answers (resumable)", RUN_EXAMPLE),
    ),
  )
    .option("--out <dir>", "where run folders are made", "runs")
    .option(
      "--estimators <names>",
      "also capture what these need, with commas between them, e.g. marginal,unary,hard+platt (default: greedy traces alone)",
      list,
    )
    .option("--encoder <spec>", "embedding model of the estimator encoder (default: all-minilm-l6-v2)")
    .option(
      "--probe-predictions",
      "also answers and hidden states of train documents, for probes on the model's own predictions",
      false,
    )
    .option("--force-answers <run>", "feed the answers of another run, or gold, and read the label steps there")
    .option("--shard <i/n>", "only every n-th document; join with labelscope merge", shard)
    .option("--max-minutes <n>", "stop after so long; the same command continues", positive)
    .option("--fresh", "move an existing run aside and begin anew", false)
    .option("--dry-run", "show what would be captured, and stop", false)
    .option("--show-prompt [id]", "show the exact prompt and its token ids, and stop")
    .action(async (task, flags) => {
      const {model, lora, loraScale: scale, showPrompt = false, ...rest} = flags;
      await dispatch(async io => {
        const {runCommand} = await import("./commands/run.ts");
        const {withLora} = await import("./commands/lora-flag.ts");
        return await runCommand({task, models: withLora(model, {lora, scale}), showPrompt, ...rest}, io);
      }, flags.json);
    });

  captureFlags(engineFlags(add(program, "experiment <name> <task>", EXPERIMENT, EXPERIMENT_EXAMPLE)))
    .summary(EXPERIMENT)
    .description(EXPERIMENT + EXPERIMENTS)
    .option("--values <list>", "what is set, with commas between the values (default: the experiment's own)", list)
    .option("--orders <n>", "order-marginal: random label orders to average over (default: 5)", wholeNumber(2, 1000))
    .option("--estimator <names>", "whose numbers are shown (default: the experiment's own)", list)
    .option("--runs <dir>", "where run folders are found and made", "runs")
    .option("--out <dir>", "where the report is written (default: experiments/<name>-<task>-<hash>)")
    .option("--resamples <n>", "of the bootstrap", wholeNumber(1), 2000)
    .option("--max-minutes <n>", "decline a longer plan, and stop in time; the same command continues", positive)
    .option("--yes", "begin a plan that is longer than --max-minutes", false)
    .option("--dry-run", "show the plan and what it costs, and stop", false)
    .action(async (experiment, task, flags) => {
      const {model, lora, loraScale: scale, ...rest} = flags;
      await dispatch(async io => {
        const {experimentCommand, requestOf} = await import("./commands/experiment.ts");
        const {withLora} = await import("./commands/lora-flag.ts");
        return await experimentCommand(
          requestOf({experiment, task, models: withLora(model, {lora, scale}), ...rest}),
          io,
        );
      }, flags.json);
    });

  add(program, "merge <runs...>", "join the shards of a run", "labelscope merge runs/goemotions-*-shard*of4")
    .option("--out <dir>", "where the joined run's folder is made", "runs")
    .action(async (runs, flags) => {
      await dispatch(
        async io => (await import("./commands/merge.ts")).mergeCommand({runs, out: flags.out}, io),
        flags.json,
      );
    });

  const comparisonFlags = (command: Command) =>
    command
      .option("--metrics <names>", "metrics, with commas between them (default: NLL, L1, example-F1, AP)", list)
      .option("--all-metrics", "every metric", false)
      .option("--resamples <n>", "bootstrap resamples of the documents", wholeNumber(1), 2000)
      .option("--seed <n>", "seed of resamples and exchanges", wholeNumber(0), 0)
      .option("--level <share>", "of the intervals; tests are read at 1 − level", level, 0.95)
      .option("--fail-if <condition>", "'PATH OP NUMBER' on results.json: exit 1 where it holds (repeatable)", repeated)
      .option("--out <dir>", "where the files go (default: comparisons/TASK-HASH)")
      .option("--no-report", "tables alone, without figures and page");

  comparisonFlags(
    add(
      program,
      "compare <runs...>",
      "estimates, metrics with intervals, paired tests of runs of a task",
      COMPARE_EXAMPLE,
    ),
  )
    .option("--estimators <names>", "rows, with commas between them (default: all that the runs hold)", list)
    .option("--predictions <[name=]file>", "estimates made elsewhere, beside the runs (repeatable)", repeated)
    .option(
      "--base <run>",
      "hold every other run against this one as its variant (default: as the models' parents say)",
    )
    .action(async (runs, flags) => {
      await dispatch(
        async io => (await import("./commands/compare.ts")).compareCommand({runs, ...flags}, io),
        flags.json,
      );
    });

  add(program, "report <runs...>", "the page and figures of runs alone, without tables", REPORT_EXAMPLE)
    .option("--estimators <names>", "rows, with commas between them (default: all that the runs hold)", list)
    .option("--predictions <[name=]file>", "estimates made elsewhere, beside the runs (repeatable)", repeated)
    .option(
      "--base <run>",
      "hold every other run against this one as its variant (default: as the models' parents say)",
    )
    .option("--resamples <n>", "bootstrap resamples of the documents", wholeNumber(1), 2000)
    .option("--seed <n>", "seed of resamples and exchanges", wholeNumber(0), 0)
    .option("--level <share>", "of the intervals; tests are read at 1 − level", level, 0.95)
    .option("--out <dir>", "where the files go (default: comparisons/TASK-HASH)")
    .action(async (runs, flags) => {
      await dispatch(
        async io => (await import("./commands/report.ts")).reportCommand({runs, ...flags}, io),
        flags.json,
      );
    });

  comparisonFlags(
    add(program, "evaluate <task>", "the same metrics and intervals for estimates made elsewhere", EVALUATE_EXAMPLE),
  )
    .requiredOption(
      "--predictions <[name=]file>",
      'JSONL, {"id", "labels": {"joy": 0.8}} a line (repeatable)',
      repeated,
    )
    .option("--name <name>", "what to call them (default: the file's name)")
    .option("--data <dir>", "where the task's data is")
    .action(async (task, flags) => {
      await dispatch(
        async io => (await import("./commands/evaluate.ts")).evaluateCommand({task, ...flags}, io),
        flags.json,
      );
    });

  engineFlags(add(program, "score", "the label distribution right after a prompt", SCORE_EXAMPLE))
    .requiredOption("--model <spec>", "catalogue id or GGUF file, +ADAPTER[@SCALE] for a LoRA")
    .requiredOption("--labels <names>", "labels, with commas between them", list)
    .option("--prompt-file <file>", "the prompt's text, exactly (default: standard input)")
    .addOption(
      new Option("--format <format>", 'what ends a label (default: json where the prompt ends with ")').choices([
        "json",
        "list",
      ]),
    )
    .option("--top <n>", "how many of the vocabulary's best tokens to list", wholeNumber(0), 10)
    .action(async flags => {
      await dispatch(
        async io => (await import("./commands/score.ts")).scoreCommand({...flags, readInput: input.read}, io),
        flags.json,
      );
    });

  add(
    program,
    "inspect <runs...>",
    "one document step by step; of several runs side by side",
    "labelscope inspect runs/goemotions-* --id eecwqtt",
  )
    .option("--id <id>", "the document (default: the first)")
    .action(async (runs, flags) => {
      await dispatch(
        async io => (await import("./commands/inspect.ts")).inspectCommand({runs, id: flags.id}, io),
        flags.json,
      );
    });

  addModels(add, program.command("models").description("the catalogue: list, pull, verify, info"), dispatch);
  addTasks(add, program.command("tasks").description("tasks: list, check, import"), dispatch);

  add(program, "doctor", "what would be used on this machine, and why", "labelscope doctor")
    .addOption(
      new Option("--gpu <kind>", "where to compute").choices(["off", "auto", "cuda", "vulkan", "metal"]).default("off"),
    )
    .action(async flags => {
      await dispatch(
        async io => (await import("./commands/doctor.ts")).doctorCommand({gpu: flags.gpu}, io),
        flags.json,
      );
    });

  add(program, "demo", "the embedded ladder on the embedded task, offline", "labelscope demo")
    .option("--out <dir>", "where run folders are made", "runs")
    .option("--limit <n>", "documents", wholeNumber(1), 100)
    .action(async flags => {
      await dispatch(
        async io => (await import("./commands/demo.ts")).demoCommand({out: flags.out, limit: flags.limit}, io),
        flags.json,
      );
    });
  return program;
}

type Add = (parent: Command, usage: string, description: string, example: string) => Command;
type Dispatch = (call: Call, json: boolean) => Promise<void>;

function addModels(add: Add, models: Command, dispatch: Dispatch): void {
  const load = async () => await import("./commands/models.ts");
  add(models, "list", "what can be pulled and what is here", "labelscope models list --present")
    .option("--present", "only what is on this computer")
    .action(async flags => dispatch(async io => (await load()).modelsList({present: flags.present}, io), flags.json));
  add(models, "pull <specs...>", "download models, with resume and checksum", PULL_EXAMPLE)
    .option("--id <name>", "a name for a model pulled from a URL or hf:REPO/FILE")
    .option("--sha256 <hex>", "the checksum to hold it to")
    .action(async (specs, flags) =>
      dispatch(async io => (await load()).modelsPull({specs, id: flags.id, sha256: flags.sha256}, io), flags.json),
    );
  add(models, "verify [ids...]", "hash pulled models again (default: all)", "labelscope models verify").action(
    async (ids, flags) => dispatch(async io => (await load()).modelsVerify({ids}, io), flags.json),
  );
  add(
    models,
    "info <spec>",
    "what a GGUF file says of itself",
    "labelscope models info smollm2-135m-instruct --task goemotions --data DIR",
  )
    .option("--task <task>", "also how this task's labels are tokenised, and which collide")
    .option("--data <dir>", "where the task's data is")
    .action(async (spec, flags) =>
      dispatch(async io => (await load()).modelsInfo({spec, task: flags.task, data: flags.data}, io), flags.json),
    );
}

function addTasks(add: Add, tasks: Command, dispatch: Dispatch): void {
  const load = async () => await import("./commands/tasks.ts");
  add(tasks, "list", "the built-in tasks", "labelscope tasks list").action(async flags =>
    dispatch(async io => (await load()).tasksList({}, io), flags.json),
  );
  add(tasks, "check <task>", "check a task file and its data, with line numbers", "labelscope tasks check my-task.yaml")
    .option("--data <dir>", "where the task's data is")
    .action(async (task, flags) =>
      dispatch(async io => (await load()).tasksCheck({task, data: flags.data}, io), flags.json),
    );
  add(tasks, "import <task>", "turn a data set as published into a task file with JSONL", IMPORT_EXAMPLE)
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

const RUN_EXAMPLE = `labelscope models pull smollm2-135m-instruct
labelscope run goemotions --data DIR --model smollm2-135m-instruct --shots 10 --limit 231
labelscope run my-task.yaml --model path/to/model.gguf+adapter.gguf@0.5 --show-prompt`;
const REPORT_EXAMPLE = "labelscope report runs/goemotions-* --out report";
const COMPARE_EXAMPLE = `labelscope compare runs/goemotions-*
labelscope compare runs/posts-* --estimators hard,first-step,first-step+platt --all-metrics
labelscope compare runs/posts-my-model-* --base runs/posts-my-model-f16-1a2b3c4d
labelscope compare runs/posts-* --predictions bert=bert.jsonl --fail-if 'curves.ladder.base.step1.slope > 0'`;
const EVALUATE_EXAMPLE = "labelscope evaluate goemotions --data DIR --predictions bert=bert.jsonl";
const EXPERIMENT = "a plan of runs that differ in one thing, with one report";
const EXPERIMENTS = `

What <name> can be, and what then differs:
  label-order     order of the labels in the prompt: alphabetical, reversed …
  multi-share     the share of demonstrations with several labels, 0 to 1
  shots           the number of demonstrations
  format          how answers are written: json or list
  order-marginal  random label orders, with estimators averaged over them`;
const EXPERIMENT_EXAMPLE = `labelscope experiment label-order posts --model ladder-s-base --model ladder-s-sft --limit 200
labelscope experiment multi-share goemotions --data DIR --model smollm2-135m-instruct --limit 100 --max-minutes 60
labelscope experiment order-marginal posts --model ladder-s-base --orders 8 --estimator first-step --dry-run`;
const SCORE_EXAMPLE = `printf 'Input: I loved it!\\n{"label": ["' | labelscope score --model smollm2-135m-instruct --labels joy,fear,none`;
const PULL_EXAMPLE = `labelscope models pull smollm2-135m-instruct qwen2.5-coder-0.5b-instruct
labelscope models pull hf:OWNER/REPO/model.gguf --id my-model`;
const IMPORT_EXAMPLE = `labelscope tasks import goemotions --data DIR --out tasks/goemotions
labelscope tasks import csv --data mine.csv --out tasks/mine --text-column text --labels-column labels --separator ";"`;
