import {z} from "zod";
import {recordOf} from "./record-of.ts";

/** The three parts of a data set. Demonstrations come from `train`; `calibration` fits, `test` is reported. */
export const splitSchema = z.enum(["train", "calibration", "test"]);
export type Split = z.infer<typeof splitSchema>;

const probabilitySchema = z.number().min(0).max(1);

/**
 * What a synthetic corpus knows about a document, where the law behind the annotations is known.
 *
 * `marginal`: exact inclusion probability of each label; `first`: exact law of the first label of the answer in
 * alphabetical order, with the null label; `sets`: exact probability of each label set, keyed by its labels in task
 * order joined with a comma (the empty set is the empty string).
 */
export const truthSchema = z.strictObject({
  marginal: recordOf(probabilitySchema),
  first: recordOf(probabilitySchema).optional(),
  sets: recordOf(probabilitySchema).optional(),
});
export type Truth = z.infer<typeof truthSchema>;

/**
 * One line of a JSONL data file. Either `annotations` (one list of labels an annotator, possibly empty) or `labels`
 * (one aggregated list); an empty list means the document carries none of the labels.
 */
export const documentSchema = z
  .strictObject({
    id: z.string().min(1),
    text: z.string().min(1),
    annotations: z.array(z.array(z.string())).min(1).optional(),
    annotators: z.array(z.string()).optional(),
    labels: z.array(z.string()).optional(),
    truth: truthSchema.optional(),
  })
  .refine(value => (value.annotations === undefined) !== (value.labels === undefined), {
    error: 'needs exactly one of "annotations" and "labels"',
  })
  .refine(value => value.annotators === undefined || value.annotators.length === value.annotations?.length, {
    error: '"annotators" needs one name for each entry of "annotations"',
  });
export type Document = z.infer<typeof documentSchema>;
