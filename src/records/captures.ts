import {z} from "zod";

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** How label trees are grown: what decides where they stop. */
const treeCaptureSchema = z.strictObject({
  width: z.number().positive(),
  expansions: z.int().min(1),
  batch: z.int().min(1),
});

/** The demonstrations of `unary` questions: each document with one label. */
const unaryCaptureSchema = z.strictObject({
  /** SHA-256 of everything that a prompt is made of but document and label. */
  hash: hashSchema,
  demonstrations: z.array(z.strictObject({id: z.string(), label: z.string(), reasonable: z.boolean()})),
  composition: z.strictObject({count: z.int(), reasonable: z.int(), unreasonable: z.int()}),
});

/** The demonstrations of `binary` questions: each document with a pair of labels, the null label included. */
const binaryCaptureSchema = z.strictObject({
  /** SHA-256 of everything that a prompt is made of but document and labels. */
  hash: hashSchema,
  demonstrations: z.array(z.strictObject({id: z.string(), first: z.string(), second: z.string(), answer: z.string()})),
  /** How often the first one presented is the answer; `ties`: neither or both labels are gold, so the seed decided. */
  composition: z.strictObject({count: z.int(), first: z.int(), second: z.int(), ties: z.int()}),
});

/** Hidden states: their width, and the training data that some of them are of. */
const hiddenCaptureSchema = z.strictObject({columns: z.int().min(1), trainHash: hashSchema.optional()});

/** Embeddings of documents: the model that made them, their width, and the training data that some of them are of. */
const embeddingCaptureSchema = z.strictObject({
  /** The embedding model's name. */
  encoder: z.string(),
  sha256: hashSchema,
  columns: z.int().min(1),
  trainHash: hashSchema.optional(),
});

/** How each capture beyond the greedy traces was made; absent where it was not made. */
export const capturesSchema = z.strictObject({
  tree: treeCaptureSchema.optional(),
  unary: unaryCaptureSchema.optional(),
  binary: binaryCaptureSchema.optional(),
  hidden: hiddenCaptureSchema.optional(),
  embedding: embeddingCaptureSchema.optional(),
});
export type Captures = z.infer<typeof capturesSchema>;
