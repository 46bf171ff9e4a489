import {z} from "zod";
import {labelStepSchema, tokenRecordSchema} from "./trace.ts";

/** What a label step of a trace says by the same names: what `score` reads is one label step. */
const readOut = labelStepSchema.pick({
  entropyBits: true,
  vocabEntropyBits: true,
  logSumExp: true,
  labelMass: true,
  argmaxIsLabel: true,
}).shape;

/**
 * What `score --json` prints: one label step, right after a prompt. Fields that a trace has, too, have its names and
 * meanings.
 */
export const scoreResultSchema = z.strictObject({
  model: z.string(),
  labelScoring: z.enum(["first-token", "exact"]),
  /** How many, as in a trace, and which. */
  promptTokens: z.int().min(1),
  promptTokenIds: z.array(z.int()),
  labels: z.array(
    z.strictObject({
      name: z.string(),
      tokens: z.array(z.int()),
      /** Raw logit of the first token. */
      logit: z.number().nullable(),
      /** An entry of a trace's `scores`: the logit, or ln P(label) in exact mode; null for probability 0. */
      score: z.number().nullable(),
      /** An entry of a trace's `probabilities`. */
      p: z.number(),
    }),
  ),
  ...readOut,
  /** As in a trace, with the probability over the vocabulary. */
  topTokens: z.array(tokenRecordSchema.extend({p: z.number()})),
  engine: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
export type ScoreResult = z.infer<typeof scoreResultSchema>;
