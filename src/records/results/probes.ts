import {z} from "zod";
import {countedSchema, measuredSchema} from "./value.ts";

/** What a probe is trained on, or scored on: the gold sets, or the labels that the model's own answers name. */
const probeTargetSchema = z.enum(["gold", "predictions"]);
export type ProbeTarget = z.infer<typeof probeTargetSchema>;

/** How one probe was made, or why it could not be. */
const trainedProbeSchema = z.union([
  z.strictObject({
    documents: z.int().min(1),
    leftOut: z.array(countedSchema),
    components: z.int().min(0),
    inversePenalty: z.number(),
  }),
  z.strictObject({reason: z.string().min(1), leftOut: z.array(countedSchema)}),
]);
export type TrainedProbe = z.infer<typeof trainedProbeSchema>;

/** One probe against one target on documents of the test split. */
const probeScoreSchema = z.strictObject({
  trainedOn: probeTargetSchema,
  scoredOn: probeTargetSchema,
  /** `after-first`: the first label that the answer names is taken out of both sides, document by document. */
  labels: z.enum(["all", "after-first"]),
  /** Document–label pairs that are scored, and those of them that the target holds. */
  pairs: z.int().min(0),
  positives: z.int().min(0),
  /** F1 over all pairs, a pair predicted from ½. */
  microF1: measuredSchema,
  /** Average precision of ranking all pairs; by chance it is positives / pairs. */
  averagePrecision: measuredSchema,
});
export type ProbeScore = z.infer<typeof probeScoreSchema>;

/** Probes of the hidden state at the first label step, trained on gold and on what the model itself says. */
export const probesSchema = z.strictObject({
  trained: z.strictObject({gold: trainedProbeSchema, predictions: trainedProbeSchema}),
  scores: z.array(probeScoreSchema),
});
export type Probes = z.infer<typeof probesSchema>;

/** The probes of one run, or why it has none. */
export const runProbesSchema = z.union([probesSchema, z.strictObject({reason: z.string().min(1)})]);
export type RunProbes = z.infer<typeof runProbesSchema>;
