import {type Command, CommanderError, Help, Option} from "commander";
import {addCaptures} from "./capture.ts";
import {addCommand, type Dispatch, type Input} from "./command.ts";
import {addComparisons} from "./comparison.ts";
import {completionScript, SHELLS} from "./completion.ts";
import {FlagCommand} from "./flag-command.ts";
import {layers, wholeNumber} from "./flag-values.ts";
import {addGpu} from "./gpu.ts";
import {addModels} from "./models.ts";
import {addScore} from "./score.ts";
import {addShelf} from "./shelf.ts";
import {addStudies} from "./study.ts";
import {addTasks} from "./tasks.ts";

/** What help says of a flag; that a switch is off unless it is given goes without saying. */
function described(option: Option): string {
  return new Help().optionDescription(option).replace(/ \(default: false\)$/, "");
}

/**
 * The command line: every command with its flags. A command's code is imported only when it is called, so that help is
 * there at once.
 */
export function createProgram(version: string, input: Input, dispatch: Dispatch): Command {
  const program = new FlagCommand("labelscope")
    .description(
      "What does a local model believe about every label, and how does that change with its size, finetuning and quantisation?",
    )
    .version(version)
    .addOption(new Option("--completion <shell>", "print a shell's completion script").choices([...SHELLS]))
    .showHelpAfterError("(labelscope COMMAND --help shows the flags and an example)")
    .configureHelp({optionDescription: described});
  program.on("option:completion", wanted => {
    const shell = SHELLS.find(name => name === wanted);
    if (shell === undefined) return;
    program.configureOutput().writeOut?.(completionScript(program, shell));
    throw new CommanderError(0, "labelscope.completion", "a completion script was wanted");
  });
  addStudies(program, dispatch);
  addCaptures(program, dispatch);
  addComparisons(program, dispatch);
  addShelf(program, dispatch);
  addScore(program, input, dispatch);
  addModels(program.command("models").description("the catalogue: list, pull, verify, info"), dispatch);
  addTasks(program.command("tasks").description("tasks: list, check, import"), dispatch);
  addGpu(program.command("gpu").description("what a GPU needs: install"), dispatch);

  addCommand(
    program,
    "doctor [model]",
    "what would be used on this machine, and why; of a model whether it can be used",
    "labelscope doctor path/to/model.gguf",
  )
    .addOption(
      new Option("--gpu <kind>", "where to compute").choices(["off", "auto", "cuda", "vulkan", "metal"]).default("off"),
    )
    .option("--gpu-layers <n>", "layers of the model on the GPU: a number or max (default: as many as fit)", layers)
    .option(
      "--bench",
      "measure the model's speed here: batch shapes, flash attention, other formats (a minute or more)",
    )
    .action(async (model, flags) => {
      await dispatch(
        async io =>
          (await import("../commands/doctor.ts")).doctorCommand(
            {
              gpu: flags.gpu,
              ...(flags.gpuLayers === undefined ? {} : {gpuLayers: flags.gpuLayers}),
              ...(model === undefined ? {} : {model}),
              ...(flags.bench === true ? {bench: true} : {}),
            },
            io,
          ),
        flags.json,
      );
    });

  addCommand(program, "demo", "the embedded ladder on the embedded task, offline", "labelscope demo")
    .option("--out <dir>", "where run folders are made", "runs")
    .option("--limit <n>", "documents", wholeNumber(1), 100)
    .action(async flags => {
      await dispatch(
        async io => (await import("../commands/demo.ts")).demoCommand({out: flags.out, limit: flags.limit}, io),
        flags.json,
      );
    });
  return program;
}
