import {z} from "zod";
import {measuredSchema} from "./value.ts";

const chosenSchema = z.strictObject({
  /** The error (1 − example-F1) that was asked for. */
  most: z.number(),
  /** The least certainty max_l |q_l − ½| of a document that is kept; absent where no threshold reaches the error. */
  threshold: z.number().optional(),
  /** What the threshold was chosen on, what it keeps there at which risk; where nothing is kept, the smallest risk there is. */
  calibration: z.strictObject({documents: z.int().min(1), kept: z.number(), risk: z.number()}),
  /** Share of the test documents that are kept, and their mean risk. */
  kept: measuredSchema,
  risk: measuredSchema,
});

/** What an estimate is worth if it may keep silent on documents of which it is least certain. */
export const selectiveSchema = z.strictObject({
  /** Mean of 1 − example-F1 over the most certain share of the test documents; equally certain ones in random order. */
  curve: z.array(z.strictObject({coverage: z.number(), risk: measuredSchema})),
  /** The largest share at a given error, or why no threshold could be chosen. */
  atRisk: z.union([chosenSchema, z.strictObject({most: z.number(), reason: z.string().min(1)})]),
});
export type Selective = z.infer<typeof selectiveSchema>;
