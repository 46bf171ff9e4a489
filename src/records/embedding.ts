import {z} from "zod";
import {hiddenSchema} from "./hidden.ts";

/**
 * One line of embeddings.jsonl: which row of embeddings.npy is a document as an embedding model puts it, a vector of length
 * 1. Its key is that of the document's other records in the same run.
 *
 * Source: METHODS §3, `encoder`
 */
export const embeddingSchema = z.strictObject(hiddenSchema.shape);
export type Embedding = z.infer<typeof embeddingSchema>;
