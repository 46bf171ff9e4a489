import {z} from "zod";
import {readOutsSchema, runIdentitySchema} from "../manifest.ts";
import {modelRemarkSchema} from "../model.ts";
import {checksumSchema} from "../schema-version.ts";
import {problemSchema} from "../trace.ts";
import {countedSchema} from "./value.ts";

const factSchema = z.union([z.string(), z.number(), z.boolean()]);

/** The model behind a run, as far as the file and the catalogue tell; parameters are counted from the tensors. */
const resultModelSchema = z.strictObject({
  id: z.string(),
  /** Absent for a served model. */
  sha256: z.string().optional(),
  architecture: z.string().optional(),
  /** As the file names itself. */
  name: z.string().optional(),
  /** From the catalogue; absent for a file that is not in it. */
  family: z.string().optional(),
  variant: z.string().optional(),
  parent: z.string().optional(),
  quantisation: z.string().optional(),
  /** Of the file, without an adapter's. */
  fileSizeBytes: z.int().optional(),
  adapter: z.strictObject({id: z.string(), scale: z.number(), parameters: z.int()}).optional(),
  /** What about the model bears on its numbers, as the run recorded it. */
  remarks: z.array(modelRemarkSchema).optional(),
  /** Absent where a server does not say. */
  parameters: z.strictObject({
    total: z.int().optional(),
    embedding: z.int().optional(),
    nonEmbedding: z.int().optional(),
  }),
  /** Of a served model: the server with its version, and what a person declares of it. */
  served: z.strictObject({by: z.string(), declared: z.record(z.string(), z.string())}).optional(),
});
export type ResultModel = z.infer<typeof resultModelSchema>;

/** Everything else that could change a number. */
const provenanceSchema = z.strictObject({
  created: z.string(),
  /** The version of labelscope that captured the run. */
  labelscope: z.string(),
  identity: runIdentitySchema,
  engine: z.record(z.string(), factSchema),
  /** Absent for a served model. */
  cacheType: z.string().optional(),
  /** How exact the read-outs are; absent where everything is exact. */
  readOuts: readOutsSchema.optional(),
  taskHash: z.string(),
  dataHashes: z.record(z.string(), z.string()),
  promptHash: z.string(),
  /** A checksum of all the records that the numbers were made from: `labelscope verify` holds the run against it. */
  recordsSum: checksumSchema.optional(),
  labelOrder: z.array(z.string()),
  demonstrations: z.strictObject({count: z.int(), multi: z.int(), single: z.int(), none: z.int()}),
  /** Pairs of labels that the tokeniser starts alike. */
  collisions: z.array(z.string()),
});

/** What a run holds, and what of it was looked at. */
const runDocumentsSchema = z.strictObject({
  /** Captured documents of each split. */
  test: z.int().min(0),
  calibration: z.int().min(0),
  train: z.int().min(0),
  /** Test documents that all the compared runs hold: the ones behind every number. */
  compared: z.int().min(0),
  /** Test documents that were left out, by reason. */
  dropped: z.array(countedSchema),
  /** Of the compared documents: those with a greedy trace, and with a well-formed answer. */
  traced: z.int().min(0),
  wellFormed: z.int().min(0),
  /** Of the compared documents, how many answers have each problem; one answer can have several. */
  problems: z.array(z.strictObject({problem: problemSchema, count: z.int().min(1)})),
  /** Read after appending the canonical opening. */
  forced: z.int().min(0),
});

/** What the capture of the compared documents cost; a kind that was not captured is absent. */
const costSchema = z.strictObject({
  /** Label steps of the greedy traces: one for a label in the answer, about. */
  greedy: z.strictObject({documents: z.int(), labelSteps: z.int(), tokens: z.int()}).optional(),
  /** Expansions of the label trees: positions whose next-token distribution was read, the label steps of `marginal`. */
  tree: z.strictObject({documents: z.int(), labelSteps: z.int(), tokens: z.int()}).optional(),
  /** Questions asked; `naiveTokens` is what a loop that keeps only the demonstrations evaluates. */
  unary: z.strictObject({documents: z.int(), questions: z.int(), tokens: z.int(), naiveTokens: z.int()}).optional(),
  binary: z.strictObject({documents: z.int(), questions: z.int(), tokens: z.int(), naiveTokens: z.int()}).optional(),
});
export type Cost = z.infer<typeof costSchema>;

/** One column of the comparison: a run of a model, or predictions made elsewhere. */
export const runRowSchema = z.strictObject({
  /** Its name: the key everywhere in the results. */
  run: z.string(),
  kind: z.enum(["run", "predictions"]),
  /** For heads of tables and legends: the same name; in comparisons of older versions the model's id. */
  title: z.string(),
  /** The name of the run's folder, which ends in a hash of its options; absent for predictions. */
  folder: z.string().optional(),
  /** The file that predictions came from, as it was named. */
  file: z.string().optional(),
  model: resultModelSchema.optional(),
  provenance: provenanceSchema.optional(),
  documents: runDocumentsSchema,
  cost: costSchema.optional(),
});
export type RunRow = z.infer<typeof runRowSchema>;

/** Something a reader of every number should know first. `code` is stable; without `run` it concerns the comparison. */
export const warningSchema = z.strictObject({code: z.string(), run: z.string().optional(), text: z.string()});
export type Warning = z.infer<typeof warningSchema>;
