import {z} from "zod";
import {splitSchema} from "./document.ts";
import {schemaVersion} from "./schema-version.ts";

const massSchema = z
  .number()
  .min(0)
  .max(1 + 1e-6);

/** Bounds of one label's inclusion probability, given a well-formed answer. */
export const boundsSchema = z.strictObject({lower: massSchema, upper: massSchema});
export type Bounds = z.infer<typeof boundsSchema>;

/**
 * One line of trees.jsonl: how probable each label is in a well-formed answer of the model's own making, by best-first
 * expansion of the tree of label sequences.
 *
 * Source: METHODS §3, `marginal`
 */
export const treeSchema = z.strictObject({
  schema: schemaVersion,
  /** The key of the document's trace. */
  key: z.string(),
  split: splitSchema,
  id: z.string(),
  /** In the order of the manifest's `labels` without the null label; absent where no closed answer was found. */
  labels: z.array(boundsSchema).optional(),
  /** Mass of all well-formed answers: what was found closed, and that with everything still open. */
  wellFormedMass: boundsSchema,
  /** The most probable closed answers, as labels in the order written (empty: the null label), with their mass. */
  answers: z.array(z.strictObject({labels: z.array(z.string()), mass: massSchema})),
  /** Positions whose next-token distribution was read, and tokens evaluated for that beyond the run's common prefix. */
  expansions: z.int().min(0),
  evaluatedTokens: z.int().min(0),
  stopped: z.enum(["narrow", "budget", "exhausted"]),
  elapsedMs: z.number().min(0),
});
export type Tree = z.infer<typeof treeSchema>;
