import {z} from "zod";
import {documentSchema, splitSchema} from "./document.ts";
import {checksumSchema, schemaVersion} from "./schema-version.ts";

/**
 * One line of hidden.jsonl: which row of hidden.npy is a document's hidden state, that of the last layer after the final
 * norm at the first label step.
 *
 * It carries the document, since those of the train split have no trace.
 *
 * Source: METHODS §3, `probe`
 */
export const hiddenSchema = z.strictObject({
  schema: schemaVersion,
  /** Content hash of document, prompt tokens and split, as in a trace. */
  key: z.string(),
  split: splitSchema,
  id: z.string(),
  document: documentSchema,
  row: z.int().min(0),
  /** Checksum of that row's bytes; absent in records of schema 1. */
  rowSum: checksumSchema.optional(),
});
export type Hidden = z.infer<typeof hiddenSchema>;
