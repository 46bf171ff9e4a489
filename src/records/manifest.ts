import {z} from "zod";
import {capturesSchema} from "./captures.ts";
import {splitSchema} from "./document.ts";
import {modelRecordSchema} from "./model.ts";
import {schemaVersion} from "./schema-version.ts";
import {formatNameSchema} from "./task.ts";

const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);
const factSchema = z.union([z.string(), z.number(), z.boolean()]);

/** The options that change a prompt or a number, resolved: what the hash in a run's name covers. */
export const runIdentitySchema = z.strictObject({
  task: z.string(),
  model: z.string(),
  shots: z.int().min(0),
  multiShare: z.number(),
  noneShare: z.number(),
  seed: z.int(),
  /** The sample of test documents was balanced to this share with several labels; absent: as they come. */
  testMultiShare: z.number().optional(),
  /** The split whose documents are tested; absent: `test`. Their records say `test`. */
  split: splitSchema.optional(),
  /** The documents were listed: the list's name and a hash of it, `NAME@HASH`. */
  ids: z.string().optional(),
  /** The sample was balanced over kinds of documents. */
  strata: z.enum(["kinds", "kinds+agreement"]).optional(),
  labelOrder: z.string(),
  format: formatNameSchema,
  /** `auto`: demonstrations as turns, `single`: one user turn. Where `prompt.chat` is absent, `auto` was one user turn, too. */
  chat: z.enum(["raw", "auto", "single"]),
  /** What the chat template was given beside the messages; absent: nothing. */
  chatArgs: z.record(z.string(), z.json()).optional(),
  /** The most tokens of thought before the answer; absent where the model answers at once. */
  reasoning: z.int().min(1).optional(),
  opening: z.enum(["given", "free"]),
  decode: z.enum(["free", "constrained"]),
  labelScoring: z.enum(["first-token", "exact"]),
  variants: z.enum(["max", "sum"]),
  flashAttention: z.boolean(),
  strict: z.boolean(),
  fullLogits: z.boolean(),
  /**
   * Answers were not decoded but fed: `gold`, or a run's name and the hash of how it was made, `NAME@HASH`. Absent where
   * the model answered itself.
   */
  forceAnswers: z.string().optional(),
  /** Which part of the documents this run holds; absent where it holds all. */
  shard: z.strictObject({index: z.int().min(1), count: z.int().min(1)}).optional(),
});
export type RunIdentity = z.infer<typeof runIdentitySchema>;

/** How a chat template was used. */
const chatRecordSchema = z.strictObject({
  mode: z.enum(["turns", "single"]),
  templateHash: hashSchema,
  args: z.record(z.string(), z.json()),
  /** Where a task's system text goes: the template has a system role, or it stands in front of the first user turn. */
  system: z.enum(["own turn", "first user turn"]),
  /** What the template showed as the date, a wall clock without a zone; absent where it shows none. */
  now: z.string().optional(),
  /** What opened and closed a thought before the answer. */
  thought: z.strictObject({open: z.string(), close: z.string(), most: z.int().min(1)}).optional(),
});
export type ChatRecord = z.infer<typeof chatRecordSchema>;

/** One process that worked on a run. */
const sessionRecordSchema = z.strictObject({
  started: z.string(),
  sequences: z.int(),
  /** Of the engine on this machine; a server does not say. */
  threads: z.int().optional(),
  /** Why so many, where nobody has said it: what was measured. */
  threadsBecause: z.string().optional(),
  batchTokens: z.int().optional(),
  contextTokens: z.int(),
  /** Tokens of the prefix that was evaluated once; 0 in strict mode. */
  sharedPrefixTokens: z.int(),
});
export type SessionRecord = z.infer<typeof sessionRecordSchema>;

/** What an engine that does not see the whole vocabulary told. Label scores are always exact. */
export const readOutsSchema = z.strictObject({
  /** Scores are log-probabilities: they differ from raw logits by a constant a step. */
  scale: z.enum(["logits", "log-probabilities"]),
  vocabEntropy: z.enum(["exact", "bounded", "absent"]),
});

/** manifest.json: how a run was made, with everything that could change a number. */
export const manifestSchema = z.strictObject({
  schema: schemaVersion,
  labelscope: z.string(),
  /** The name that the run's folder had when it was begun. */
  name: z.string(),
  /** What to call the run, where somebody said so (`run --name`); changes no number. */
  title: z.string().min(1).optional(),
  created: z.string(),
  identity: runIdentitySchema,
  task: z.strictObject({
    id: z.string(),
    title: z.string(),
    source: z.string(),
    hash: hashSchema,
    gold: z.enum(["majority", "labels"]),
    /** `aggregated` where the data has one list of labels a document instead of annotators. */
    annotations: z.enum(["annotators", "aggregated"]),
    dataHashes: z.partialRecord(splitSchema, hashSchema),
  }),
  model: modelRecordSchema,
  engine: z.record(z.string(), factSchema),
  /** Of the engine on this machine; a server does not say. */
  cacheType: z.enum(["f16", "f32"]).optional(),
  /** How exact the read-outs are; absent where the engine sees the whole vocabulary: everything is exact. */
  readOuts: readOutsSchema.optional(),
  /** The order of every array of scores: the task's labels, the null label last where there is one. */
  labels: z.array(z.string()).min(1),
  noneLabel: z.string().nullable(),
  labelTokens: z.strictObject({
    first: z.array(z.array(z.array(z.int()))),
    /** Only where labels are tokenised otherwise after a separator. */
    later: z.array(z.array(z.array(z.int()))).optional(),
    collisions: z.array(
      z.strictObject({labels: z.tuple([z.string(), z.string()]), kind: z.enum(["first-token", "prefix"])}),
    ),
    merged: z.array(z.string()),
    seamChecks: z.int(),
    seamDiffering: z.int(),
  }),
  prompt: z.strictObject({
    hash: hashSchema,
    labelOrder: z.array(z.string()),
    templated: z.boolean(),
    /** The same without how a chat template writes it; absent where that is `hash`. */
    contentHash: hashSchema.optional(),
    /** Absent where the prompt is sent raw, and in runs that spliced one user turn into a template (before 0.2). */
    chat: chatRecordSchema.optional(),
    demonstrations: z.array(z.string()),
    composition: z.strictObject({count: z.int(), multi: z.int(), single: z.int(), none: z.int()}),
    /** Documents of the captured splits whose text is demonstrated, too. */
    leaks: z.int(),
  }),
  /**
   * Documents, by split, whose answers the run is to hold when its last call is done, those of earlier calls included.
   * With fewer of them the run was interrupted.
   */
  planned: z.partialRecord(splitSchema, z.int().min(0)).optional(),
  /**
   * Documents of the sample that were left out because a model of the command could not read them: which they are, and
   * the tokens that they need with the model that needs most. Absent: none. Of the last call, as `planned` is.
   */
  tooLong: z
    .array(z.strictObject({split: splitSchema, id: z.string(), model: z.string(), tokens: z.int()}))
    .min(1)
    .optional(),
  answerBudget: z.int(),
  /** Absent where the run holds greedy traces alone. */
  captures: capturesSchema.optional(),
  /** How far numbers of the same run can differ between machines and batch plans, for a person. */
  numerics: z.string(),
  sessions: z.array(sessionRecordSchema),
});
export type Manifest = z.infer<typeof manifestSchema>;
