import {z} from "zod";
import {recordOf} from "../record-of.ts";
import {measuredSchema, measuredShape, VALUE_OR_REASON, valueOrReason} from "./value.ts";

/** One model on a curve: its size, and the mean over documents with an interval. */
const curvePointSchema = z
  .strictObject({
    ...measuredShape,
    run: z.string(),
    /** Parameters counted from the tensors: all, and without the token embeddings. */
    total: z.int().min(0),
    nonEmbedding: z.int().min(0),
  })
  .refine(valueOrReason, VALUE_OR_REASON);

/**
 * One number against model size, for the models of one family and variant. Documents vary, models are fixed: intervals of
 * the slope come from resampling the documents, the same ones for all models.
 */
const curveSchema = z.strictObject({
  title: z.string(),
  /** `bits`, `share`, `nats` … of the value; a slope is this per doubling of the parameters. */
  unit: z.string(),
  /** The estimator that the number is of, for metrics. */
  estimator: z.string().optional(),
  /** Which label steps: 1, or all later ones together; absent for metrics. */
  steps: z.enum(["first", "later"]).optional(),
  /**
   * Whether every point is on the same documents (and the same places of the answer). An unmatched later-step curve is a
   * curve of different documents: which of them have a second step depends on the model.
   */
  matched: z.boolean(),
  /** In the order of their size. */
  points: z.array(curvePointSchema).min(1),
  /** Least squares against log2 of all parameters: change per doubling. Needs three sizes. */
  slope: measuredSchema,
  /** The slope without the smallest model, which may make most of it; absent with fewer than four sizes. */
  slopeWithoutSmallest: measuredSchema.optional(),
  /** The same against log2 of the parameters without the token embeddings. */
  nonEmbeddingSlope: measuredSchema,
  /** With exactly two sizes: value of the larger minus value of the smaller. */
  difference: measuredSchema.optional(),
  /** Doublings of all parameters between the smallest and the largest model. */
  doublings: z.number().min(0),
  /**
   * On a matched later-step curve: slope of its unmatched twin minus this slope (with two sizes, of the two differences).
   * The part of the unmatched trend that comes from which documents have later steps, not from the models' beliefs about the
   * same ones.
   */
  selection: measuredSchema.optional(),
  /** What a reader should know about the line. */
  note: z.string().optional(),
});
export type Curve = z.infer<typeof curveSchema>;

/**
 * By family, variant and curve. A family with several quantisations among the compared runs is split (`smollm2-Q4_K_M`).
 *
 * Curves of label steps: `step1`, `laterMatched` (steps that all compared models have), `laterMatchedLine` (that all
 * models of this line have; only where that is another set), `laterUnmatched`; the same with `vocab` in front for the
 * entropy of the full vocabulary (`vocabStep1` …) and `labelMass` (`labelMass`, `labelMassLaterMatched` …). Of metrics:
 * `nll`, `l1`, `exampleF1`, `averagePrecision`, with the estimator after a dot: `nll.first-step`.
 */
export const curvesSchema = recordOf(recordOf(recordOf(curveSchema)));
export type Curves = z.infer<typeof curvesSchema>;
