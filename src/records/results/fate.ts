import {z} from "zod";
import {measuredSchema} from "./value.ts";

/**
 * What becomes of the runner-up at step r: the second most probable label there, the null label set aside.
 *
 * Over the documents that emit a label at step r, have a label step r + 1, and whose runner-up was not emitted by then.
 */
export const fateSchema = z.strictObject({
  n: z.int().min(0),
  leftOut: z.strictObject({
    /** Documents with step r and no step r + 1 (most of them stopped there), or no second label in the task. */
    noNextStep: z.int().min(0),
    /** Something other than a new label was emitted at step r. */
    noLabelEmitted: z.int().min(0),
    /** The runner-up itself had been emitted at step r or before. */
    alreadyEmitted: z.int().min(0),
  }),
  /** The runner-up is the most probable one at r + 1, where the null label competes. */
  isNextArgmax: measuredSchema,
  /** The null label is the most probable one at r + 1. */
  noneIsNextArgmax: measuredSchema,
  /** The runner-up is what is emitted at r + 1. */
  isEmittedNext: measuredSchema,
  /** Of the documents where it is not the argmax at r + 1: it is never emitted later. */
  neverEmittedOtherwise: measuredSchema,
  /** Mean probability of the runner-up at step r, and at step r + 1. */
  probabilityBefore: measuredSchema,
  probabilityAfter: measuredSchema,
  /** Mean probability at step r of the label that is emitted at r + 1, where a new label is. */
  probabilityBeforeOfNext: measuredSchema,
});
export type Fate = z.infer<typeof fateSchema>;

const paperShareSchema = z.strictObject({
  /** Label steps (Table 4) or documents (Figure 11) behind the share. */
  steps: z.int().min(0),
  share: measuredSchema,
});

/** The paper's own readings: see `paperDynamics`. */
export const paperDynamicsSchema = z.strictObject({
  "neverPredicted@paper": paperShareSchema,
  "secondIsSecond@paper": paperShareSchema,
});
export type PaperDynamics = z.infer<typeof paperDynamicsSchema>;

/** Whether step 1 already ranks the label that is emitted second, over documents that emit a second label. */
export const rankingSchema = z.strictObject({
  n: z.int().min(0),
  /** The second emitted label is the second most probable one at step 1, the null label set aside. */
  secondIsRankedSecond: measuredSchema,
  /** The second emitted label is the best one at step 1 after the label emitted first: differs where that was not the top. */
  secondIsBestOfRest: measuredSchema,
  /** Documents by the rank at step 1 of the second emitted label, the null label set aside: rank 1 first. */
  ranks: z.array(z.int().min(0)),
});
export type RankingDynamics = z.infer<typeof rankingSchema>;
