import {z} from "zod";
import {measuredSchema} from "./value.ts";

/**
 * The statistics of llama.cpp's KL-divergence report (`llama-perplexity --kl-divergence`), over label steps instead of the
 * tokens of a text.
 *
 * Its direction is KL(base‖quantised), in nats, the other way round from `vocabKlNats`. Δp is p(quantised) − p(base) of
 * the token that the base run's answer has at the step. Shares, not percent.
 */
export const klReportSchema = z.strictObject({
  direction: z.literal("base‖variant"),
  /** As `vocabKlNats.bound`: `lower` where full logits were not stored. */
  bound: z.enum(["exact", "lower"]),
  kld: z.strictObject({
    n: z.int().min(0),
    mean: measuredSchema,
    max: z.number().optional(),
    p999: z.number().optional(),
    p99: z.number().optional(),
    p95: z.number().optional(),
    p90: z.number().optional(),
    median: z.number().optional(),
    p10: z.number().optional(),
    p05: z.number().optional(),
    p01: z.number().optional(),
    min: z.number().optional(),
  }),
  deltaP: z.strictObject({
    n: z.int().min(0),
    /** Steps whose token is not among what the variant recorded, where full logits were not stored. */
    unknown: z.int().min(0),
    mean: measuredSchema,
    max: z.number().optional(),
    p999: z.number().optional(),
    p99: z.number().optional(),
    p95: z.number().optional(),
    p90: z.number().optional(),
    p75: z.number().optional(),
    median: z.number().optional(),
    p25: z.number().optional(),
    p10: z.number().optional(),
    p05: z.number().optional(),
    p01: z.number().optional(),
    p001: z.number().optional(),
    min: z.number().optional(),
    /** Root of the mean square. */
    rms: measuredSchema,
  }),
  /** Share of steps with the same most probable token. */
  sameTop: measuredSchema,
});
export type KlReport = z.infer<typeof klReportSchema>;
