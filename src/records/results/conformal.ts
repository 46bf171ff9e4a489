import {z} from "zod";
import {recordOf} from "../record-of.ts";
import {measuredSchema} from "./value.ts";

/** Sets of labels that are in, out or undecided at an error, or why there are none. */
export const conformalSchema = z.union([
  z.strictObject({
    /** How often a label's set may miss the gold set. */
    error: z.number(),
    /** Calibration documents behind the p-values. */
    calibration: z.int().min(1),
    /** Share of document–label pairs whose set holds the gold answer; mean over documents. */
    coverage: measuredSchema,
    /** Share of pairs of which neither yes nor no is ruled out. */
    undecided: measuredSchema,
    /** Share of pairs of which both are: always a miss. */
    neither: measuredSchema,
    /** Coverage label by label. */
    labels: recordOf(measuredSchema),
  }),
  z.strictObject({error: z.number(), reason: z.string().min(1)}),
]);
export type Conformal = z.infer<typeof conformalSchema>;
