import {z} from "zod";
import {klReportSchema} from "./kl-report.ts";
import {measuredSchema, measuredShape, VALUE_OR_REASON, valueOrReason} from "./value.ts";

/** A number on both sides of a pair, on the same documents, and variant − base. */
const deltaSchema = z.strictObject({
  base: measuredSchema,
  variant: measuredSchema,
  difference: measuredSchema,
});
export type Delta = z.infer<typeof deltaSchema>;

/** A document whose first (or forced-context) choice differs between the two models. */
const flipSchema = z.strictObject({
  id: z.string(),
  /** The most probable label on either side, or for emitted flips what was written; a malformed element as its text. */
  base: z.string(),
  variant: z.string(),
});
export type Flip = z.infer<typeof flipSchema>;

/** What changed where the base was about so sure. */
const certaintyPartSchema = z.strictObject({
  /** The base's top probability: the least and the largest of the part. */
  from: z.number(),
  to: z.number(),
  n: z.int().min(1),
  /** Mean of variant − base. */
  topProbability: measuredSchema,
  entropyBits: measuredSchema,
  labelKlNats: measuredSchema,
  sameTopLabel: measuredSchema,
});
export type CertaintyPart = z.infer<typeof certaintyPartSchema>;

/** What changed from base to variant at one label step, paired by document. */
const stepDeltaSchema = z.strictObject({
  /** Documents with the step on both sides, and those without it on one of them. */
  n: z.int().min(0),
  leftOut: z.int().min(0),
  entropyBits: deltaSchema,
  vocabEntropyBits: deltaSchema,
  topProbability: deltaSchema,
  labelMass: deltaSchema,
  /** Mean KL(variant‖base) of the label distribution. */
  labelKlNats: measuredSchema,
  /**
   * Mean KL(variant‖base) of the full vocabulary, from stored logits; or, where `bound` is "lower", of the tokens that both
   * sides recorded plus one bin for the rest, which is never more than the full one.
   */
  vocabKlNats: z
    .strictObject({...measuredShape, bound: z.enum(["exact", "lower"])})
    .refine(valueOrReason, VALUE_OR_REASON),
  /** Share of documents with the same most probable label. */
  sameTopLabel: measuredSchema,
  /** Share of documents with the same most probable token of the full vocabulary. */
  sameTopToken: measuredSchema,
  /** Share of documents that emit something else; absent under forced answers, where nothing is chosen. */
  flipRate: measuredSchema.optional(),
  /** The documents behind `flipRate`, or under forced answers behind `sameTopLabel`, in the order of the documents. */
  flips: z.array(flipSchema),
  /** For a quantisation: the paired steps in three parts of equal size, from those on which the base was least sure. */
  byBaseCertainty: z.array(certaintyPartSchema).optional(),
  /** For a quantisation: the layout of llama.cpp's KL-divergence report. */
  klReport: klReportSchema.optional(),
});
export type StepDelta = z.infer<typeof stepDeltaSchema>;

/** How a variant differs from its base: by training, by an adapter, by merging, by fewer bits; or as a caller paired it. */
const variantKindSchema = z.enum(["sft", "dpo", "rl", "lora", "merged", "quantisation", "given"]);
export type VariantKind = z.infer<typeof variantKindSchema>;

export const variantPairSchema = z.strictObject({
  /** Names of runs. */
  base: z.string(),
  variant: z.string(),
  kind: variantKindSchema,
  /** For captions: `base → sft`, `F16 → Q4_K_M`. */
  title: z.string(),
  /** Whether both runs sent the same prompts. If not, `warning` belongs on every table and figure. */
  matchedPrompt: z.boolean(),
  warning: z.string().optional(),
  step1: stepDeltaSchema,
  /** Later steps by their place, and `all` of them together: only where both runs were forced through the same answers. */
  later: z.record(z.string().regex(/^(?:[2-9]|[1-9]\d+|all)$/), stepDeltaSchema).optional(),
  /** Why `later` is absent. */
  laterReason: z.string().optional(),
});
export type VariantPair = z.infer<typeof variantPairSchema>;

export const variantsSchema = z.array(variantPairSchema);
