import {z} from "zod";
import {recordOf} from "../record-of.ts";
import {conformalSchema} from "./conformal.ts";
import {selectiveSchema} from "./selective.ts";
import {countedSchema, measuredSchema, measuredShape, VALUE_OR_REASON, valueOrReason} from "./value.ts";

/** A metric of one estimator on one run. */
const metricValueSchema = z
  .strictObject({
    ...measuredShape,
    /** The best of its column: of this run's estimators, `truth` apart. Ties are all best. */
    best: z.boolean().optional(),
    /** Not significantly worse than the best one: the corrected p is at least 1 − level. */
    notWorse: z.boolean().optional(),
    /** p of the paired test against the best one after Holm's correction over this run's table; absent for the best. */
    pHolm: z.number().min(0).max(1).optional(),
    /** Label by label, for a metric that is a mean over labels. */
    labels: z
      .array(
        z.strictObject({
          label: z.string(),
          value: z.number().optional(),
          reason: z.string().optional(),
          positives: z.int().min(0),
        }),
      )
      .optional(),
    /** Documents and labels that did not enter the value, by why. Absent where all did. */
    leftOut: z
      .array(z.strictObject({what: z.enum(["document", "label"]), count: z.int().min(1), why: z.string()}))
      .optional(),
  })
  .refine(valueOrReason, VALUE_OR_REASON);
export type MetricValue = z.infer<typeof metricValueSchema>;

/** How far estimates are from the law that a synthetic corpus was annotated by. */
const againstTruthSchema = z.strictObject({
  /** Mean over documents of Σ_l (q_l − truth_l): labels too many (above 0) or too few a document. */
  bias: measuredSchema,
  /** Mean over documents of Σ_l |q_l − truth_l|, in labels: L1 to the exact marginals. */
  error: measuredSchema,
  /** Mean over documents of q_l − truth_l for each label. */
  labels: recordOf(measuredSchema),
});
export type AgainstTruth = z.infer<typeof againstTruthSchema>;

/** Documents of another split that were learned from, and those that could not be, by reason. */
const learnedFromSchema = z.strictObject({documents: z.int(), leftOut: z.array(countedSchema)});

/** What one estimator says about one run. */
export const estimatorResultSchema = z.strictObject({
  title: z.string(),
  /** Documents with an estimate. */
  estimated: z.int().min(0),
  /** Documents without one, by reason. */
  missing: z.array(countedSchema),
  /** Documents whose estimate comes with a remark, by remark. */
  remarks: z.array(countedSchema),
  /** Numbers learned on another split. */
  learned: z.array(
    z.strictObject({
      name: z.string(),
      value: z.number(),
      label: z.string().optional(),
      note: z.string().optional(),
    }),
  ),
  calibrated: learnedFromSchema.optional(),
  trained: learnedFromSchema.optional(),
  /** The run it was taken from, where that is a finetuned variant of this one. */
  from: z.string().optional(),
  metrics: recordOf(metricValueSchema),
  againstTruth: againstTruthSchema.optional(),
  /** What it is worth if it may keep silent; absent without an estimate. */
  selective: selectiveSchema.optional(),
  /** What it decides about each label at an error of 10 %; absent without an estimate. */
  conformal: conformalSchema.optional(),
  /** Mean over documents of the mean width of the bounds, for an estimator that has some. */
  meanWidth: measuredSchema.optional(),
});
export type EstimatorResult = z.infer<typeof estimatorResultSchema>;

/** One row of the ceiling block: metrics against the held-out half of the annotators, averaged over the splits. */
const ceilingRowSchema = z.strictObject({title: z.string(), metrics: recordOf(measuredSchema)});
export type CeilingRow = z.infer<typeof ceilingRowSchema>;

/** How well people predict people, and every estimator against the same held-out half; or why there is no such block. */
export const ceilingSchema = z.union([
  z.strictObject({
    splits: z.int().min(1),
    /** Documents with at least two annotators. */
    documents: z.int().min(1),
    leftOut: z.array(countedSchema),
    /** Rows that do not depend on a run: `split-half`, `truth`, `constant`. */
    shared: recordOf(ceilingRowSchema),
    /** By run and estimator. */
    runs: recordOf(recordOf(ceilingRowSchema)),
  }),
  z.strictObject({reason: z.string()}),
]);
export type Ceiling = z.infer<typeof ceilingSchema>;

/** Two runs, one estimator, one metric, on the documents that both have an estimate for. */
export const pairResultSchema = z.strictObject({
  left: z.string(),
  right: z.string(),
  estimator: z.string(),
  metric: z.string(),
  /** left − right, with the interval of the paired bootstrap. */
  difference: measuredSchema,
  /** Two-sided; absent where no test could be made (see `test`). */
  p: z.number().min(0).max(1).optional(),
  /** After Holm's correction over all pairs of runs and all metrics of one estimator. */
  pHolm: z.number().min(0).max(1).optional(),
  /** The difference in standard deviations of the documents' differences (d_z); absent for a pooled metric. */
  effect: z.number().optional(),
  /** Which test, or why there is none. */
  test: z.string(),
});
export type PairResult = z.infer<typeof pairResultSchema>;
