import type {z} from "zod";
import type {LabelScoring, VariantRule} from "../capture/label-scorer.ts";
import type {EngineOptions} from "../engine/index.ts";
import {LabelscopeError} from "../errors.ts";
import {variantSchema} from "../records/catalog.ts";
import type {Split} from "../records/document.ts";
import type {FormatName} from "../records/task.ts";
import type {Strata} from "../task/strata.ts";

/** What a run captures and how; absent fields are the task's own choice or the default that the comment gives. */
export interface RunOptions {
  /** A built-in task's id or the path of a task file. */
  readonly task: string;
  /** Model SPECs: catalogue id or path, `+ADAPTER[@SCALE]` for a LoRA. */
  readonly models: readonly string[];
  /** What to call the runs, one for each model; absent: named by what differs among the runs shown together. */
  readonly names?: readonly string[];
  readonly data?: string;
  /** Where run directories are made. Default `runs`. */
  readonly out?: string;
  /** The split whose documents are tested; default `test`. `dev` is another name of `calibration`. */
  readonly split?: Split | "dev";
  /** A file with the ids of the documents that are tested, one per line, in this order; default a seeded sample. */
  readonly ids?: string;
  /** Balance the sample over kinds of documents; default as they come. */
  readonly strata?: Strata;
  /** Documents that are tested; default all. */
  readonly limit?: number;
  /** Documents of the calibration split; default 200 where an estimator learns from them, else none. */
  readonly calibrationLimit?: number;
  /** Documents that do not fit into a model's context: refuse the run (default), or leave them out and count them. */
  readonly tooLong?: "refuse" | "skip";
  /** Documents of the train split, demonstrations left out; default 1000 where an estimator learns from them, else none. */
  readonly trainLimit?: number;
  /** Estimators whose captures are made, by name; default none: greedy traces alone. */
  readonly estimators?: readonly string[];
  /** Also capture hidden states and answers of train documents: what probes on predictions are trained on. */
  readonly probePredictions?: boolean;
  /** The embedding model of the estimator `encoder`: a catalogue id or the path of a GGUF file. Default all-minilm-l6-v2. */
  readonly encoder?: string;
  /** A label tree stops when every label's interval is narrower than this; default 0.01. */
  readonly treeWidth?: number;
  /** … or after so many expansions; default 256. */
  readonly treeExpansions?: number;
  /** `gold`, or the folder of a run whose answers are fed instead of the model's own. */
  readonly forceAnswers?: string;
  /** Share of test documents with at least two gold labels; default as they come. */
  readonly testMultiShare?: number;
  /** Seed of the document sample and of the demonstrations; default the task's. */
  readonly seed?: number;
  readonly shots?: number;
  readonly multiShare?: number;
  readonly noneShare?: number;
  readonly labelOrder?: string;
  readonly format?: FormatName;
  /** `auto`: the model's chat template, demonstrations as turns; `single`: everything in one user turn. */
  readonly chat: "raw" | "auto" | "single";
  /** What the chat template is given beside the messages. */
  readonly chatArgs?: Readonly<Record<string, z.core.util.JSONType>>;
  /** Let the model think up to so many tokens before it answers; default: it answers at once. */
  readonly reasoning?: number;
  readonly opening: "given" | "free";
  readonly decode: "free" | "constrained";
  readonly labelScoring: LabelScoring | "auto";
  readonly variants: VariantRule;
  readonly fullLogits: boolean;
  /** Most tokens a prompt with its answer may have; default what the model was trained for. */
  readonly context?: number;
  /** Default: measured, see `threads.ts`; one a processor in strict mode. */
  readonly threads?: number;
  /** Documents under way at once; default 8 with the native reader, 1 without, 1 in strict mode. */
  readonly sequences?: number;
  readonly flashAttention: boolean;
  readonly gpu?: EngineOptions["gpu"];
  readonly gpuLayers?: EngineOptions["gpuLayers"];
  readonly reader?: EngineOptions["reader"];
  /** Of served models: a GGUF file with their tokeniser; default one that the server names and this machine has. */
  readonly tokenizer?: string;
  /** Of served models: what the server does not say, e.g. `dtype=bf16`. */
  readonly declare?: readonly string[];
  /** A file with the server's key; default the environment variable LABELSCOPE_API_KEY. */
  readonly apiKeyFile?: string;
  /** Documents may be sent outside this machine and its network. */
  readonly publicServer?: boolean;
  /** Of served models: every read fetches the whole vocabulary, and nothing is bounded. */
  readonly exactEntropy?: boolean;
  /** One sequence, nothing reused, float32 cache: repeats to the bit. */
  readonly strict: boolean;
  readonly shard?: {readonly index: number; readonly count: number};
  /** Stop, resumable, after so many minutes. */
  readonly maxMinutes?: number;
  /** Move an existing run aside and begin anew. */
  readonly fresh: boolean;
  /** Damaged records are moved aside and their documents captured again; otherwise they are an error. */
  readonly repair?: boolean;
}

export const RUN_DEFAULTS = {
  chat: "raw",
  opening: "given",
  decode: "free",
  labelScoring: "auto",
  variants: "max",
  fullLogits: false,
  flashAttention: false,
  strict: false,
  fresh: false,
} as const satisfies Partial<RunOptions>;

/** The options of engines. */
export type EngineFlags = Pick<
  RunOptions,
  "gpu" | "gpuLayers" | "reader" | "tokenizer" | "declare" | "apiKeyFile" | "publicServer" | "exactEntropy"
>;

/**
 * What engines are opened with.
 *
 * @throws `usage` for a declaration that is not NAME=VALUE
 */
export function engineOptions(flags: EngineFlags, home: string, notice?: (line: string) => void): EngineOptions {
  const {gpu, gpuLayers, reader, tokenizer, declare = [], apiKeyFile, publicServer, exactEntropy} = flags;
  const declared = Object.fromEntries(declare.map(readDeclaration));
  return {
    home,
    ...(gpu === undefined ? {} : {gpu}),
    ...(gpuLayers === undefined ? {} : {gpuLayers}),
    ...(reader === undefined ? {} : {reader}),
    ...(tokenizer === undefined ? {} : {tokenizer}),
    ...(apiKeyFile === undefined ? {} : {apiKeyFile}),
    ...(publicServer === undefined ? {} : {publicServer}),
    ...(exactEntropy === undefined ? {} : {exactEntropy}),
    ...(notice === undefined ? {} : {notice}),
    declared,
  };
}

function readDeclaration(text: string): [string, string] {
  const [, name, value] = /^([A-Za-z][\w-]*)=(.+)$/s.exec(text) ?? [];
  if (name === "parameters" && value !== undefined) return [name, String(readParameters(value))];
  if (name === "variant" && value !== undefined && !variantSchema.safeParse(value).success)
    throw new LabelscopeError({
      code: "usage",
      message: `--declare ${text}: there is no such variant`,
      next: `one of ${variantSchema.options.join(", ")}`,
    });
  if (name !== undefined && value !== undefined) return [name, value];
  throw new LabelscopeError({
    code: "usage",
    message: `--declare ${text} is not NAME=VALUE`,
    next: "e.g. --declare dtype=bf16 --declare parameters=8030261248",
  });
}

/** A number of parameters: a whole number, or one with K, M, B or T behind it. */
function readParameters(text: string): number {
  const [, digits, unit = ""] = /^(\d+(?:\.\d+)?)\s*([KMBT]?)$/i.exec(text.trim()) ?? [];
  const scale = {"": 1, K: 1e3, M: 1e6, B: 1e9, T: 1e12}[unit.toUpperCase()] ?? Number.NaN;
  const count = Math.round(Number(digits) * scale);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new LabelscopeError({
    code: "usage",
    message: `--declare parameters=${text} is not a number of parameters`,
    next: "e.g. --declare parameters=8030261248, or parameters=8B",
  });
}
