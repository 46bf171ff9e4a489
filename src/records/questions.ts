import {z} from "zod";
import {splitSchema} from "./document.ts";
import {schemaVersion} from "./schema-version.ts";

const answerProbabilitySchema = z
  .number()
  .min(0)
  .max(1 + 1e-6);

/** What every line says: whose it is and what it cost. */
const line = {
  schema: schemaVersion,
  /** The key of the document's trace. */
  key: z.string(),
  split: splitSchema,
  id: z.string(),
  /** Tokens evaluated for this document, its prefix and the answers' own tokens included. */
  evaluatedTokens: z.int().min(0),
  /** Tokens that a loop which keeps only the demonstrations' prefix evaluates for the same numbers. */
  naiveTokens: z.int().min(0),
  elapsedMs: z.number().min(0),
};

/**
 * What the model says to one label: probabilities of the two whole answers with their terminator, over everything that
 * it could write. Their sum is the answer mass.
 */
const assessmentSchema = z.strictObject({
  reasonable: answerProbabilitySchema,
  unreasonable: answerProbabilitySchema,
  /** The same of each answer's first token; absent if both start with the same one, and in runs older than this field. */
  firstToken: z.strictObject({reasonable: answerProbabilitySchema, unreasonable: answerProbabilitySchema}).optional(),
});
export type Assessment = z.infer<typeof assessmentSchema>;

/**
 * One line of unary.jsonl: one document, asked about each label.
 *
 * Source: METHODS §3, `unary`
 */
export const unarySchema = z.strictObject({
  ...line,
  /** In the order of the manifest's `labels` without the null label. */
  labels: z.array(assessmentSchema),
});
export type Unary = z.infer<typeof unarySchema>;

/** Probabilities that the answer is the one label of a pair or the other (its name or its letter), whole, with terminator. */
const preferenceSchema = z.strictObject({
  first: answerProbabilitySchema,
  second: answerProbabilitySchema,
  /** The same of each answer's first token; absent if both start with the same one, and in runs older than this field. */
  firstToken: z.strictObject({first: answerProbabilitySchema, second: answerProbabilitySchema}).optional(),
});
export type Preference = z.infer<typeof preferenceSchema>;

/** One pair of labels, asked twice. `first` < `second` are indices into the manifest's `labels`, the null label included. */
export const pairSchema = z.strictObject({
  first: z.int().min(0),
  second: z.int().min(0),
  /** Asked with `first` presented first, then with `second` presented first; always P(answer = `first`), P(`second`). */
  asked: z.tuple([preferenceSchema, preferenceSchema]),
});
export type Pair = z.infer<typeof pairSchema>;

/**
 * One line of binary.jsonl: one document, asked about every unordered pair of labels and the null label.
 *
 * Source: METHODS §3, `binary`
 */
export const binarySchema = z.strictObject({
  ...line,
  /** The options were lettered and the answers are the letters a and b; absent where they are the labels' names. */
  answers: z.literal("letters").optional(),
  /** In ascending order of `first`, then of `second`. */
  pairs: z.array(pairSchema),
});
export type Binary = z.infer<typeof binarySchema>;
