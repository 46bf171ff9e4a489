import {type Command, Option} from "commander";
import {engineFlags, labelScoringFlag} from "./capture-flags.ts";
import {addCommand, type Dispatch, type Input} from "./command.ts";
import {list, wholeNumber} from "./flag-values.ts";

const SCORE_EXAMPLE = `printf 'Input: I loved it!\\n{"label": ["' | labelscope score --model smollm2-135m-instruct --labels joy,fear,none`;

/** `score`: one prompt, one label distribution. */
export function addScore(program: Command, input: Input, dispatch: Dispatch): void {
  const score = addCommand(program, "score", "the label distribution right after a prompt", SCORE_EXAMPLE)
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
        async io => (await import("../commands/score.ts")).scoreCommand({...flags, readInput: input.read}, io),
        flags.json,
      );
    });
  engineFlags(labelScoringFlag(score));
}
