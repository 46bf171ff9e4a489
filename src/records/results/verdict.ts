import {z} from "zod";
import {measuredSchema, measuredShape, VALUE_OR_REASON, valueOrReason} from "./value.ts";

/**
 * Where a run stands by its answers (example-F1), each test corrected over all of the verdict (Holm):
 *
 * - `no-better-than-constant`: not shown to answer better than the best answer that ignores the document; said first,
 *   whatever the rank.
 * - `best`: the highest value. `not-distinguishable` from it, or `worse` than it.
 * - `unknown`: it has no answers of its own to hold against annotations.
 */
const standingSchema = z.enum(["best", "not-distinguishable", "worse", "no-better-than-constant", "unknown"]);
export type Standing = z.infer<typeof standingSchema>;

/** This run minus what it is held against, on the same documents. */
const againstSchema = z.strictObject({
  difference: measuredSchema,
  /** Two-sided, of the paired permutation test. */
  p: z.number().min(0).max(1).optional(),
  /** After Holm's correction over all tests of the verdict. */
  pHolm: z.number().min(0).max(1).optional(),
});
export type Against = z.infer<typeof againstSchema>;

/** One number of a run, and of which estimator where it is of one. */
export const verdictCellSchema = z
  .strictObject({...measuredShape, estimator: z.string().optional()})
  .refine(valueOrReason, VALUE_OR_REASON);
export type VerdictCell = z.infer<typeof verdictCellSchema>;

const verdictColumnSchema = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** What it is, in one sentence. */
  help: z.string(),
  unit: z.enum(["share", "nats", "bits", "ms", "steps", "bytes", "number"]),
  better: z.enum(["larger", "smaller"]).optional(),
});
export type VerdictColumn = z.infer<typeof verdictColumnSchema>;

const verdictRowSchema = z.strictObject({
  run: z.string(),
  standing: standingSchema,
  /** 1 for the best; absent where the standing is unknown. */
  rank: z.int().min(1).optional(),
  /** Against the best run; absent for it. */
  best: againstSchema.optional(),
  /** Against the best answer that ignores the document. */
  constant: againstSchema.optional(),
  /** Against one half of the annotators, both held against the other half; absent where there is no ceiling block. */
  people: againstSchema.optional(),
  /** By the column's name; absent where a run has nothing of the kind. */
  cells: z.record(z.string(), verdictCellSchema),
});
export type VerdictRow = z.infer<typeof verdictRowSchema>;

/** What a sentence answers. */
const questionSchema = z.enum(["which", "estimator", "size", "variant", "trust"]);

/** At most 25 words and one number; its interval, test and place are in `detail`. */
const sentenceSchema = z.strictObject({about: questionSchema, text: z.string(), detail: z.string().optional()});
export type Sentence = z.infer<typeof sentenceSchema>;

/** What a comparison says, for the first screen of the page and the end of the terminal output. */
export const verdictSchema = z.strictObject({
  columns: z.array(verdictColumnSchema),
  /** The one answer that does best on these documents if it is given to all of them: chosen knowing the gold sets. */
  constantAnswer: z.strictObject({labels: z.array(z.string()), exampleF1: measuredSchema}).optional(),
  /** The best first; runs without answers of their own last. */
  rows: z.array(verdictRowSchema),
  /** In the order of the questions; the first three say which run is best, by how much, and whether that is sure. */
  sentences: z.array(sentenceSchema),
  /**
   * Where the interval of the main difference (the best run against the next, or against the constant answer) holds 0: at how
   * many documents it would not, were the difference to stay as it is. Its width falls with the root of the documents.
   */
  documentsNeeded: z.int().min(1).optional(),
});
export type Verdict = z.infer<typeof verdictSchema>;
