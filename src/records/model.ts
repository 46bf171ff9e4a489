import {z} from "zod";

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** Something about a model that bears on its numbers; `code` is stable. */
export const modelRemarkSchema = z.strictObject({code: z.string(), text: z.string()});

/** What every model has, wherever it runs. */
const common = {
  id: z.string(),
  tokenizerHash: hashSchema,
  chatTemplateHash: hashSchema.optional(),
  /** The BOS token put before every prompt, or null. */
  bosToken: z.int().nullable(),
  quantisation: z.string().optional(),
  /** What the file says, or the engine warns of, that bears on the numbers; absent where there is nothing. */
  remarks: z.array(modelRemarkSchema).optional(),
};

const adapterSchema = z.strictObject({
  id: z.string(),
  file: z.string(),
  sha256: hashSchema,
  scale: z.number(),
  parameters: z.int(),
});

/** A GGUF file that the engine on this machine reads. */
const fileModelSchema = z.strictObject({
  ...common,
  /** Absent in older records: every model was a file. */
  kind: z.literal("file").optional(),
  file: z.string(),
  sha256: hashSchema,
  fileSizeBytes: z.int(),
  /** Of a model in several files, how many they are; `file` is then the first, and the rest is of all together. */
  files: z.int().min(2).optional(),
  /** Where a file of another program's store came from, e.g. `hf:OWNER/NAME@COMMIT:FILE`; absent for a file of one's own. */
  origin: z.string().optional(),
  architecture: z.string(),
  name: z.string().optional(),
  /** Counted from the tensors. */
  totalParameters: z.int(),
  embeddingParameters: z.int(),
  nonEmbeddingParameters: z.int(),
  /** From the catalogue, where the model is in it. */
  family: z.string().optional(),
  variant: z.string().optional(),
  parent: z.string().optional(),
  adapter: adapterSchema.optional(),
});
export type FileModel = z.infer<typeof fileModelSchema>;

/** The best tokens after a fixed prompt: what a served model is known again by. */
const probeSchema = z.strictObject({
  prompt: z.string(),
  top: z.array(z.strictObject({token: z.int(), logProb: z.number()})),
});
export type Probe = z.infer<typeof probeSchema>;

/** A model that a server has: known by what the server says, what a person declares, and its read-outs of fixed prompts. */
const serverModelSchema = z.strictObject({
  ...common,
  kind: z.literal("server"),
  /** The model's name there. */
  served: z.string(),
  server: z.string(),
  version: z.string(),
  root: z.string().optional(),
  contextTokens: z.int(),
  /** What the server does not say, e.g. dtype and revision, as the person who ran it did. */
  declared: z.record(z.string(), z.string()),
  probes: z.array(probeSchema),
  fileSizeBytes: z.int().optional(),
  /** As the server says. */
  totalParameters: z.int().optional(),
  // What a file's header and the catalogue tell of a file, and only a person can of a server: there where it was declared.
  embeddingParameters: z.int().optional(),
  nonEmbeddingParameters: z.int().optional(),
  sha256: hashSchema.optional(),
  architecture: z.string().optional(),
  name: z.string().optional(),
  family: z.string().optional(),
  variant: z.string().optional(),
  parent: z.string().optional(),
  adapter: adapterSchema.optional(),
});
export type ServerModel = z.infer<typeof serverModelSchema>;

export const modelRecordSchema = z.union([fileModelSchema, serverModelSchema]);
export type ModelRecord = z.infer<typeof modelRecordSchema>;
