import {z} from "zod";
import {documentSchema, splitSchema} from "./document.ts";
import {checksumSchema, schemaVersion} from "./schema-version.ts";

/** Logits, log-probabilities and probabilities; a score of minus infinity (probability 0) is stored as null. */
const scoreSchema = z.number().nullable();
const probabilitySchema = z
  .number()
  .min(0)
  .max(1 + 1e-9);
const bitsSchema = z.number().min(-1e-9);

/** A number that is known exactly, or the two bounds between which it lies. */
function bounded(number: z.ZodNumber) {
  const ascending = ([lower, upper]: [number, number]) => lower <= upper + 1e-9;
  return z.union([number, z.tuple([number, number]).refine(ascending, {error: "the lower bound comes first"})]);
}

/** A token with the text it writes and its raw logit. */
export const tokenRecordSchema = z.strictObject({token: z.int(), text: z.string(), logit: z.number()});

/** What was written where a label step stands: a label, the null label, a label again, or something else. */
const emittedSchema = z.strictObject({
  text: z.string(),
  kind: z.enum(["label", "none", "repeat", "other"]),
  /** The label's name; absent for `other`. */
  label: z.string().optional(),
});

/**
 * The position where the list closes or goes on after an element: probabilities of the two text events over the full
 * vocabulary, and `stop` = close / (close + goOn). A token that decides nothing yet (`"` alone) is followed to the next
 * position and its probability multiplied in. Absent where an element's end lies inside a token, and where the bounds of both
 * reach down to 0.
 */
const branchSchema = z.strictObject({
  close: bounded(probabilitySchema),
  goOn: bounded(probabilitySchema),
  stop: bounded(probabilitySchema),
});

/**
 * One label step: a decoding position at which an element of the answer list starts.
 *
 * Arrays are in the order of the manifest's `labels`, the null label last where the task has one.
 */
export const labelStepSchema = z.strictObject({
  /** 1, 2, … */
  r: z.int().min(1),
  /** How many tokens of the answer come before it. */
  answerTokens: z.int().min(0),
  /** `intermediate` steps are followed by another element, the `last` one is not; `cut` where the answer ended early. */
  kind: z.enum(["intermediate", "last", "cut"]),
  /** Read after appending the canonical opening, because the answer held no label step. */
  forced: z.boolean().optional(),
  /** z: raw logit of the first token (`first-token`) or ln P(label) with its terminator (`exact`). */
  scores: z.array(scoreSchema),
  /** softmax of the scores at temperature 1: the label distribution. */
  probabilities: z.array(probabilitySchema),
  /** Entropy of the label distribution. */
  entropyBits: bitsSchema,
  /** Entropy of the full vocabulary's distribution; absent where the engine says nothing of it. */
  vocabEntropyBits: bounded(bitsSchema).optional(),
  /** ln Σ exp(logit) over the full vocabulary; 0 where the scores are log-probabilities. */
  logSumExp: z.number(),
  /** Full-vocabulary probability of the labels: over distinct first tokens, or over whole labels in exact mode. */
  labelMass: probabilitySchema,
  /** Whether the full vocabulary's best token starts a label. */
  argmaxIsLabel: z.boolean(),
  /** Labels with the largest and second largest probability, and the ratio of the two (null where the second is 0). */
  top: z.string(),
  second: z.string(),
  topToSecond: z.number().nullable(),
  emitted: emittedSchema,
  branch: branchSchema.optional(),
  topTokens: z.array(tokenRecordSchema),
  /** Row of the full-logits file, where one is written. */
  logitsRow: z.int().min(0).optional(),
  /** Checksum of that row's bytes; absent in records of schema 1. */
  logitsSum: checksumSchema.optional(),
});
export type LabelStep = z.infer<typeof labelStepSchema>;

/** Why an answer is not a list of distinct labels (or the null label alone) in the task's format, closed. */
export const problemSchema = z.enum([
  "not-closed", // the answer budget ended, or the model ended its turn, before the list closed
  "other-text", // an element that is no label
  "repeat", // a label given twice
  "none-and-labels", // the null label beside labels
  "format", // text between or after elements that the format does not have
  "no-label-step", // an empty list in a task that does not demonstrate one, or no list at all (free opening)
  "straddled", // a token that writes the end of one element and the start of the next: a step that cannot be read
]);
export type Problem = z.infer<typeof problemSchema>;

export const answerSchema = z.strictObject({
  tokens: z.array(z.int()),
  /** The answer's text after the opening; bytes that are no UTF-8 show as U+FFFD. */
  text: z.string(),
  wellFormed: z.boolean(),
  problems: z.array(problemSchema),
  /** Distinct labels in the order they were emitted; empty for the null label and for an empty list. */
  labels: z.array(z.string()),
});
export type Answer = z.infer<typeof answerSchema>;

/** What a model wrote before its answer, where it was let think: `closed` by its own marker, cut by the budget, or by the end of its turn. */
const thoughtSchema = z.strictObject({
  tokens: z.array(z.int()),
  text: z.string(),
  end: z.enum(["closed", "budget", "turn"]),
});
export type Thought = z.infer<typeof thoughtSchema>;

/** One line of traces.jsonl: everything recorded about one document. */
export const traceSchema = z.strictObject({
  schema: schemaVersion,
  /** Content hash of document, prompt tokens and split: what resuming compares. */
  key: z.string(),
  split: splitSchema,
  document: documentSchema,
  promptTokens: z.int().min(1),
  /** SHA-256 of the prompt's token ids as little-endian int32. */
  promptHash: z.string(),
  /** Absent where the model answered at once. The label steps are read after it. */
  thought: thoughtSchema.optional(),
  answer: answerSchema,
  steps: z.array(labelStepSchema),
  elapsedMs: z.number().min(0),
});
export type Trace = z.infer<typeof traceSchema>;
