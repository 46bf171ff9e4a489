import {type Command, Option} from "commander";
import {STRATA} from "../task/strata.ts";
import {anyNumber, chatArgument, layers, positive, repeated, share, wholeNumber} from "./flag-values.ts";

/** The heading that a command's own captures stand under as well. */
export const RECORDED = "What is recorded:";

/** Which models are read, on which documents. */
export function subjectFlags(command: Command): Command {
  return command
    .optionsGroup("Models and documents:")
    .requiredOption(
      "--model <spec>",
      "catalogue id, GGUF file, folder or pattern of files, hf:OWNER/NAME:QUANT, ollama:NAME, lmstudio:NAME; +ADAPTER[@SCALE] for a LoRA (repeatable)",
      repeated,
    )
    .option("--lora <adapter>", "the same as +ADAPTER at the end of every --model")
    .option("--lora-scale <x>", "the same as @SCALE after it; 0 is the model without it (default: 1)", anyNumber)
    .option("--data <dir>", "where the task's data is")
    .addOption(
      new Option("--split <name>", "documents that are tested")
        .choices(["test", "calibration", "dev", "train"])
        .default("test"),
    )
    .option("--ids <file>", "the documents that are tested, an id per line, in this order")
    .addOption(
      new Option(
        "--strata <rule>",
        "balance the sample: documents with no, one and several labels, and how far annotators agree",
      ).choices(STRATA),
    )
    .option("--limit <n>", "documents that are tested, a seeded sample (default: all)", wholeNumber(1))
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
    .addOption(
      new Option("--too-long <what>", "documents that do not fit the context: skip leaves them out and counts them")
        .choices(["refuse", "skip"])
        .default("refuse"),
    )
    .option("--test-multi-share <share>", "share of test documents with several labels (default: as they come)", share)
    .option("--seed <n>", "seed of the sample and the demonstrations (default: the task's)", wholeNumber(0));
}

/** What is sent, and how answers are written. */
export function promptFlags(command: Command): Command {
  return command
    .optionsGroup("Prompt and answer:")
    .option("--shots <n>", "demonstrations (default: the task's)", wholeNumber(0))
    .option("--multi-share <share>", "share of demonstrations with several labels (default: the task's)", share)
    .option("--none-share <share>", "share of demonstrations without a label (default: the task's)", share)
    .option("--label-order <order>", "alphabetical, reversed, as-listed or random:SEED (default: the task's)")
    .addOption(
      new Option("--format <format>", "how answers are written (default: the task's)").choices(["json", "list"]),
    )
    .addOption(
      new Option("--chat <mode>", "the model's own chat template; auto: demonstrations as turns, single: one user turn")
        .choices(["raw", "auto", "single"])
        .default("raw"),
    )
    .addOption(
      new Option(
        "--chat-arg <key=value>",
        "given to the chat template, a JSON value, e.g. enable_thinking=false (repeatable)",
      ).argParser(chatArgument),
    )
    .option(
      "--reasoning <n>",
      "let the model think up to so many tokens before the answer (with --chat auto or single)",
      wholeNumber(1),
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
    );
}

/** What is recorded at a label step, and beside the answers. */
export function recordFlags(command: Command): Command {
  return labelScoringFlag(command.optionsGroup(RECORDED))
    .addOption(
      new Option("--variants <rule>", "over a label's surface variants").choices(["max", "sum"]).default("max"),
    )
    .option("--full-logits", "store the whole logit vector of every label step (logits.npy)", false)
    .option("--encoder <spec>", "embedding model of the estimator encoder (default: all-minilm-l6-v2)")
    .option(
      "--tree-width <width>",
      "label trees: stop when every label's interval is narrower (default: 0.01)",
      positive,
    )
    .option("--tree-expansions <n>", "label trees: stop after so many expansions (default: 256)", wholeNumber(1));
}

export function labelScoringFlag(command: Command): Command {
  return command.addOption(
    new Option("--label-scoring <mode>", "exact: whole labels; auto: exact where labels share a first token")
      .choices(["auto", "exact", "first-token"])
      .default("auto"),
  );
}

/** How models are loaded and logits are read. */
export function engineFlags(command: Command): Command {
  return command
    .optionsGroup("Engine:")
    .option(
      "--threads <n>",
      "threads of the engine (default: measured; one a processor in strict mode)",
      wholeNumber(1, 512),
    )
    .option("--flash-attention", "faster; moves quantised models by hundredths of a bit", false)
    .option("--strict", "one sequence, nothing reused, float32 cache: repeats to the bit", false)
    .addOption(
      new Option("--gpu <kind>", "where to compute").choices(["off", "auto", "cuda", "vulkan", "metal"]).default("off"),
    )
    .option("--gpu-layers <n>", "layers of the model on the GPU: a number or max (default: as many as fit)", layers)
    .addOption(
      new Option("--reader <path>", "how logits are read").choices(["auto", "native", "public"]).default("auto"),
    )
    .option("--tokenizer <path>", "a server's model: a GGUF file of it, or the folder with its tokenizer.json")
    .option(
      "--declare <name=value>",
      "a server's model: what the server does not say, e.g. dtype=bf16 (repeatable)",
      repeated,
    )
    .option("--api-key-file <file>", "a server's key (default: the environment variable LABELSCOPE_API_KEY)")
    .option("--public-server", "documents may be sent outside this machine and its network", false)
    .option(
      "--exact-entropy",
      "a server's model: fetch the whole vocabulary at every read, so that nothing is bounded",
      false,
    );
}

/** How much of a model's context and how many of its sequences a capture takes. */
export function contextFlags(command: Command): Command {
  return command
    .option(
      "--context <tokens>",
      "most tokens of a prompt with its answer (default: what the model was trained for)",
      wholeNumber(16),
    )
    .option(
      "--sequences <n>",
      "documents under way at once (default: 8, 32 on a server; 1 in strict mode)",
      wholeNumber(1, 128),
    );
}
