import {z} from "zod";
import {recordOf} from "../record-of.ts";
import {measuredSchema} from "./value.ts";

const agreementOfSchema = z.strictObject({fleissKappa: measuredSchema, krippendorffAlpha: measuredSchema});

/** How far the annotators of the compared documents agree, or why that cannot be said. */
export const agreementSchema = z.union([
  z.strictObject({
    /** Documents with at least two annotators, and those without. */
    documents: z.int().min(1),
    leftOut: z.int().min(0),
    /** Each pair of a document and a label as a unit. */
    pooled: agreementOfSchema,
    labels: recordOf(agreementOfSchema),
  }),
  z.strictObject({reason: z.string().min(1)}),
]);
export type Agreement = z.infer<typeof agreementSchema>;
