import {z} from "zod";
import {recordOf} from "../record-of.ts";
import {agreementSchema} from "./agreement.ts";
import {curvesSchema} from "./curves.ts";
import {dynamicsSchema} from "./dynamics.ts";
import {ceilingSchema, estimatorResultSchema, pairResultSchema} from "./estimates.ts";
import {runProbesSchema} from "./probes.ts";
import {runRowSchema, warningSchema} from "./runs.ts";
import {measuredSchema} from "./value.ts";
import {variantsSchema} from "./variants.ts";
import {verdictSchema} from "./verdict.ts";

/** The version of results.json. A changed meaning raises it. */
export const RESULTS_SCHEMA = 1;

/** What was compared on. */
export const resultTaskSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** `aggregated`: one list of labels a document. NLL and L1 are then not those of a task with annotators. */
  annotations: z.enum(["annotators", "aggregated"]),
  gold: z.enum(["majority", "labels"]),
  /** Without the null label, in the order of the task. */
  labels: z.array(z.string()),
  noneLabel: z.string().nullable(),
  /** Documents behind the numbers. */
  documents: z.int().min(0),
  /** Label scoring of all runs; absent where there are only predictions. */
  labelScoring: z.enum(["first-token", "exact"]).optional(),
});

/** What can be set for a comparison. */
const resultSettingsSchema = z.strictObject({
  seed: z.int(),
  resamples: z.int().min(1),
  /** Of intervals, e.g. 0.95; tests are read at 1 − level. */
  level: z.number(),
  estimators: z.array(z.string()),
  metrics: z.array(z.string()),
  /** The run that all others were held against as its variants, where one was named. */
  base: z.string().optional(),
  /** What the page is called, where somebody named it. */
  title: z.string().optional(),
});
export type ResultSettings = z.infer<typeof resultSettingsSchema>;

/** results.json: every number of a comparison. Missing is an absent value with a reason, never 0, NaN or null. */
export const resultsSchema = z.strictObject({
  schema: z.literal(RESULTS_SCHEMA),
  labelscope: z.string(),
  task: resultTaskSchema,
  settings: resultSettingsSchema,
  runs: z.array(runRowSchema),
  warnings: z.array(warningSchema),
  /** By run, then by estimator in the order of the tables. */
  estimates: recordOf(recordOf(estimatorResultSchema)),
  ceiling: ceilingSchema,
  /** How far annotators agree; absent where a comparison was made before it was measured. */
  agreement: agreementSchema.optional(),
  pairs: z.array(pairResultSchema),
  /** How each run's model generates, by run. */
  dynamics: recordOf(dynamicsSchema),
  /** What probes of the hidden state find, by run; absent where a comparison was made before there were probes. */
  probes: recordOf(runProbesSchema).optional(),
  curves: curvesSchema,
  /** Entropy in bits of the law of the first label, mean over documents; absent where the data does not carry it. */
  lawEntropyBits: measuredSchema.optional(),
  /** What finetuning, an adapter or fewer bits changed, paired by document. */
  variants: variantsSchema,
  /** What all of that comes to: which run is best, by how much, whether that is sure, and where not to trust it. */
  verdict: verdictSchema,
});
export type Results = z.infer<typeof resultsSchema>;
