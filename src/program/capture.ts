import type {Command} from "commander";
import type {ExperimentFlags} from "../commands/experiment.ts";
import type {RunCommandOptions} from "../commands/run.ts";
import {contextFlags, engineFlags, promptFlags, RECORDED, recordFlags, subjectFlags} from "./capture-flags.ts";
import {addCommand, type Dispatch, optionsOf} from "./command.ts";
import {list, positive, repeated, shard, wholeNumber} from "./flag-values.ts";

const RUN_EXAMPLE = `labelscope models pull smollm2-135m-instruct
labelscope run goemotions --data DIR --model smollm2-135m-instruct --shots 10 --limit 231
labelscope run my-task.yaml --model path/to/model.gguf+adapter.gguf@0.5 --show-prompt
labelscope run my-task.yaml --model chat.gguf --chat auto --chat-arg enable_thinking=false`;
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

/** `run`, `experiment`, `merge`: what makes run folders. */
export function addCaptures(program: Command, dispatch: Dispatch): void {
  const run = addCommand(
    program,
    "run <task>",
    "capture every label step of one or several models' answers (resumable)",
    RUN_EXAMPLE,
  );
  captureFlags(run)
    .optionsGroup(RECORDED)
    .option(
      "--estimators <names>",
      "also capture what these need, with commas between them, e.g. marginal,unary,hard+platt (default: greedy traces alone)",
      list,
    )
    .option(
      "--probe-predictions",
      "also answers and hidden states of train documents, for probes on the model's own predictions",
      false,
    )
    .option("--force-answers <run>", "feed the answers of another run, or gold, and read the label steps there")
    .optionsGroup("Run:")
    .option("--name <name>", "what to call the run; of several models one for each (repeatable)", repeated)
    .option("--out <dir>", "where run folders are made", "runs")
    .option(
      "--shard <i/n>",
      "only every n-th document; join with labelscope merge; auto: the place in a Slurm array",
      shard,
    )
    .option("--max-minutes <n>", "stop after so long; the same command continues", positive)
    .option("--fresh", "move an existing run aside and begin anew", false)
    .option("--repair", "move damaged records aside and capture their documents again", false)
    .option("--dry-run", "show what would be captured, and stop", false)
    .option("--show-prompt [id]", "show the exact prompt and its token ids, and stop")
    .action(async (task, flags) => {
      const {model, name: names, chatArg: chatArgs, lora, loraScale: scale, showPrompt = false, ...rest} = flags;
      await dispatch(async io => {
        const {runCommand} = await import("../commands/run.ts");
        const {withLora} = await import("../commands/lora-flag.ts");
        const models = withLora(model, {lora, scale});
        const named = {...(names === undefined ? {} : {names}), ...(chatArgs === undefined ? {} : {chatArgs})};
        return await runCommand(optionsOf<RunCommandOptions>()({task, models, showPrompt, ...named, ...rest}), io);
      }, flags.json);
    });

  const experiment = addCommand(program, "experiment <name> <task>", EXPERIMENT, EXPERIMENT_EXAMPLE)
    .summary(EXPERIMENT)
    .description(EXPERIMENT + EXPERIMENTS);
  captureFlags(experiment)
    .optionsGroup("Plan:")
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
      const {model, chatArg: chatArgs, lora, loraScale: scale, ...rest} = flags;
      await dispatch(async io => {
        const {experimentCommand, requestOf} = await import("../commands/experiment.ts");
        const {withLora} = await import("../commands/lora-flag.ts");
        const models = withLora(model, {lora, scale});
        const named = chatArgs === undefined ? {} : {chatArgs};
        const given = optionsOf<ExperimentFlags>()({experiment, task, models, ...named, ...rest});
        return await experimentCommand(requestOf(given), io);
      }, flags.json);
    });
  addCommand(program, "merge <runs...>", "join the shards of a run", "labelscope merge runs/goemotions-*-shard*of4")
    .option("--out <dir>", "where the joined run's folder is made", "runs")
    .action(async (runs, flags) => {
      await dispatch(
        async io => (await import("../commands/merge.ts")).mergeCommand({runs, out: flags.out}, io),
        flags.json,
      );
    });
}

function captureFlags(command: Command): Command {
  return contextFlags(engineFlags(recordFlags(promptFlags(subjectFlags(command)))));
}
