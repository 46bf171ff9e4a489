import {z} from "zod";
import {recordOf} from "../record-of.ts";
import {fateSchema, paperDynamicsSchema, rankingSchema} from "./fate.ts";
import {spreadSchema} from "./spread.ts";
import {measuredSchema} from "./value.ts";

/** The label steps of one kind at one place: how spiky, how undecided, how much of it is labels. */
const stepGroupSchema = z.strictObject({
  /** Documents with such a step. */
  n: z.int().min(0),
  /** Probability of the most probable label (the null label counts as one). */
  topProbability: spreadSchema,
  /** Most probable over second most probable, where the second is not 0; on the log10 scale. */
  topToSecond: spreadSchema,
  /** Documents whose second probability is 0: an infinite ratio, in none of the numbers above. */
  infiniteRatios: z.int().min(0),
  /** Entropy of the label distribution. */
  entropyBits: spreadSchema,
  /** Entropy of the full vocabulary's distribution. */
  vocabEntropyBits: spreadSchema,
  /** Full-vocabulary probability of the labels. */
  labelMass: spreadSchema,
  /** Share of documents whose best token of the full vocabulary starts a label. */
  argmaxIsLabel: measuredSchema,
  /** Mean probability that the list closes after this element, where the branch could be read. */
  stop: measuredSchema,
});
export type StepGroup = z.infer<typeof stepGroupSchema>;

/** The label steps at one place r of the answers. `all` holds `intermediate`, `last` and the steps of cut answers. */
const stepSchema = z.strictObject({
  all: stepGroupSchema,
  /** Steps followed by another element. */
  intermediate: stepGroupSchema,
  /** Steps after which the list was closed. */
  last: stepGroupSchema,
  /** Steps of answers that ended early; they are in `all` alone. */
  cut: z.int().min(0),
  /** Steps read after appending the canonical opening, because the answer held none. */
  forced: z.int().min(0),
});
export type StepDynamics = z.infer<typeof stepSchema>;

/** A place in the answer: 1, 2, … */
const placeSchema = z.string().regex(/^[1-9]\d*$/);

/** Mean probability of the rank-th most probable label at step 1, the null label among them. */
const sortedRankSchema = z.strictObject({rank: z.int().min(1), probability: measuredSchema});

/** How many different answers there are, and the most frequent one. */
const diversitySchema = z.strictObject({
  distinct: z.int().min(0),
  /** Absent without documents. The text of a malformed answer stands for itself. */
  mostCommon: z.strictObject({answer: z.string(), documents: z.int().min(1)}).optional(),
  /** Share of the documents that have the most common answer. */
  mostCommonShare: measuredSchema,
});

/** Emitted labels against gold ones: counts of documents, rows and columns in the order of `rows` and `columns`. */
const confusionSchema = z.strictObject({
  /** Gold: the labels, then the null label (or `(none)`) for an empty gold set. */
  rows: z.array(z.string()),
  /** Emitted: the labels, the null label (or `(none)`), and `(malformed)` for a malformed answer that names no label. */
  columns: z.array(z.string()),
  /** Documents whose gold set has the row. */
  gold: z.array(z.int().min(0)),
  /** Documents whose answer has the column. */
  emitted: z.array(z.int().min(0)),
  /** Documents with the row in the gold set and the column in the answer; the diagonal is what was found. */
  together: z.array(z.array(z.int().min(0))),
  /** Documents with the row in the gold set alone and the column in the answer alone: emitted instead of it. */
  instead: z.array(z.array(z.int().min(0))),
  n: z.int().min(0),
  reason: z.string().optional(),
});
export type Confusion = z.infer<typeof confusionSchema>;

/** One bin of a reliability diagram over all document–label pairs: low < q ≤ high, the first bin also q = 0. */
const reliabilityBinSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  pairs: z.int().min(0),
  /** Mean estimate and mean human distribution of the pairs; n counts the documents that they are of. */
  estimate: measuredSchema,
  human: measuredSchema,
});

/** What a run's greedy traces of the test split say about how its model generates. */
export const dynamicsSchema = z.strictObject({
  /** Documents of the test split with a trace, and those without one. */
  documents: z.int().min(0),
  withoutTrace: z.int().min(0),
  /**
   * Whose answers were forced, where they were: then the model chose none of them, and what is said about answers
   * (diversity, order, accuracy, well-formedness, confusion) is missing with that reason.
   */
  forcedAnswers: z.string().optional(),
  /** Label steps by their place: `steps.1`, `steps.2` … as far as answers reach, at most 8. */
  steps: z.record(placeSchema, stepSchema),
  /** Label steps beyond the eighth place, shown nowhere else. */
  stepsBeyond: z.int().min(0),
  /** What becomes of the second label at step r, by r. */
  secondFate: z.record(placeSchema, fateSchema),
  ranking: rankingSchema,
  /** The same in the paper's own definitions; absent where a comparison was made before they were measured. */
  paper: paperDynamicsSchema.optional(),
  sortedProbabilities: z.strictObject({
    ranks: z.array(sortedRankSchema),
    /** Documents with a top probability below the threshold are left out and counted; the default is to leave out none. */
    threshold: z.number().min(0).max(1),
    dropped: z.int().min(0),
    n: z.int().min(0),
  }),
  diversity: z.strictObject({
    /** Answers as written: `joy, fear` is not `fear, joy`. */
    answers: diversitySchema,
    /** Answers as sets of labels, well-formed or not, to hold against `gold`. */
    sets: diversitySchema,
    gold: diversitySchema,
  }),
  /** Precision of the first, second … emitted label, on documents with at least two: `accuracyByOrder.1`. */
  accuracyByOrder: z.record(placeSchema, measuredSchema),
  /** Over answers with at least two labels. */
  order: z.strictObject({
    alphabetical: measuredSchema,
    prompt: measuredSchema,
    /** The share of either that a random order would have: the mean of 1/k! over the same answers. */
    byChance: measuredSchema,
    promptOrder: z.array(z.string()),
  }),
  multiLabel: z.strictObject({
    /** Share of answers with at least two labels. */
    answers: measuredSchema,
    /** Share of gold sets with at least two labels. */
    gold: measuredSchema,
    /** Demonstrations with at least two labels, of all; `share` is absent without demonstrations. */
    demonstrations: z.strictObject({count: z.int(), multi: z.int(), share: z.number().optional()}),
  }),
  wellFormed: z.strictObject({
    share: measuredSchema,
    /** Share of the documents with each problem that occurs; a document may have several. */
    problems: recordOf(measuredSchema),
  }),
  /** By estimator, where estimates were given. */
  reliability: recordOf(z.array(reliabilityBinSchema)),
  confusion: confusionSchema,
});
export type Dynamics = z.infer<typeof dynamicsSchema>;
