import {z} from "zod";
import {formatNameSchema, labelOrderSchema} from "../records/task.ts";
import type {RunOptions} from "../run/options.ts";
import {STRATA} from "../task/strata.ts";

/** Options of a run that a study settles for all its runs: what they are made of, and where they go. */
type OfTheStudy = "task" | "models" | "data" | "out" | "fresh" | "repair" | "shard" | "maxMinutes" | "names";

const share = z.number().min(0).max(1).exactOptional();
const count = (least: number) => z.int().min(least).exactOptional();

/** Every other option, named as in `run` (`--label-order` is `labelOrder`). One that is missing here does not compile. */
const options = {
  split: z.enum(["test", "calibration", "dev", "train"]).exactOptional(),
  ids: z.string().min(1).exactOptional(),
  strata: z.enum(STRATA).exactOptional(),
  limit: count(1),
  calibrationLimit: count(0),
  trainLimit: count(0),
  estimators: z.array(z.string().min(1)).exactOptional(),
  probePredictions: z.boolean().exactOptional(),
  encoder: z.string().min(1).exactOptional(),
  treeWidth: z.number().positive().exactOptional(),
  treeExpansions: count(1),
  forceAnswers: z.string().min(1).exactOptional(),
  testMultiShare: share,
  seed: count(0),
  shots: count(0),
  multiShare: share,
  noneShare: share,
  labelOrder: labelOrderSchema.exactOptional(),
  format: formatNameSchema.exactOptional(),
  chat: z.enum(["raw", "auto", "single"]).exactOptional(),
  chatArgs: z.record(z.string(), z.json()).exactOptional(),
  reasoning: count(1),
  opening: z.enum(["given", "free"]).exactOptional(),
  decode: z.enum(["free", "constrained"]).exactOptional(),
  labelScoring: z.enum(["auto", "exact", "first-token"]).exactOptional(),
  variants: z.enum(["max", "sum"]).exactOptional(),
  fullLogits: z.boolean().exactOptional(),
  context: count(16),
  tooLong: z.enum(["refuse", "skip"]).exactOptional(),
  threads: count(1),
  sequences: count(1),
  flashAttention: z.boolean().exactOptional(),
  gpu: z.enum(["off", "auto", "cuda", "vulkan", "metal"]).exactOptional(),
  gpuLayers: z.union([z.int().min(0), z.literal("max")]).exactOptional(),
  reader: z.enum(["auto", "native", "public"]).exactOptional(),
  tokenizer: z.string().min(1).exactOptional(),
  declare: z.array(z.string().min(1)).exactOptional(),
  apiKeyFile: z.string().min(1).exactOptional(),
  publicServer: z.boolean().exactOptional(),
  exactEntropy: z.boolean().exactOptional(),
  strict: z.boolean().exactOptional(),
} satisfies Record<Exclude<keyof RunOptions, OfTheStudy>, z.ZodType>;

/** Options of `run` in a study file, for all its runs. */
export const commonOptionsSchema = z.strictObject(options);

/** The same of one model's runs, or of one variation's: without how the engine is opened, which is done once. */
export const runOptionsSchema = commonOptionsSchema.omit({
  gpu: true,
  gpuLayers: true,
  reader: true,
  tokenizer: true,
  declare: true,
  apiKeyFile: true,
  publicServer: true,
  exactEntropy: true,
});
export type StudyRunOptions = z.infer<typeof runOptionsSchema>;

export const commonOptionNames: readonly string[] = Object.keys(commonOptionsSchema.shape);
export const runOptionNames: readonly string[] = Object.keys(runOptionsSchema.shape);
