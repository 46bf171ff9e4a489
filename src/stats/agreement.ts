import type {Weights} from "./weights.ts";

/** What the annotators of one document say about one label. */
export interface Judgement {
  /** The document's place among the resampled ones. */
  readonly row: number;
  /** Annotators who gave the label, of all annotators of the document. */
  readonly given: number;
  readonly annotators: number;
}

interface Sums {
  /** Judged units with at least two annotators. */
  readonly units: number;
  /** Their single judgements, and how many of those give the label. */
  readonly judgements: number;
  readonly given: number;
  /** Σ over units of the share of pairs of annotators that agree. */
  readonly agreeing: number;
  /** Σ over units of 2·yes·no / (annotators − 1): judgements that disagree, as Krippendorff counts them. */
  readonly disagreeing: number;
}

/**
 * Units in columns, for thousands of resamples. A unit with fewer than two annotators has no pair that could agree: it has
 * no entry.
 */
export interface JudgementColumns {
  readonly rows: Int32Array;
  readonly given: Float64Array;
  readonly annotators: Float64Array;
  /** Ordered pairs of annotators that agree, and of all. */
  readonly agreeing: Float64Array;
  readonly pairs: Float64Array;
  /** 2·yes·no. */
  readonly disagreeing: Float64Array;
}

/** The columns of some units, in their order. */
export function judgementColumns(units: readonly Judgement[]): JudgementColumns {
  const judged = units.filter(({annotators}) => annotators >= 2);
  const column = (of: (unit: Judgement) => number) => {
    const numbers = new Float64Array(judged.length);
    judged.forEach((unit, index) => {
      numbers[index] = of(unit);
    });
    return numbers;
  };
  return {
    rows: Int32Array.from(column(({row}) => row)),
    given: column(({given}) => given),
    annotators: column(({annotators}) => annotators),
    agreeing: column(({given: yes, annotators}) => yes * (yes - 1) + (annotators - yes) * (annotators - yes - 1)),
    pairs: column(({annotators}) => annotators * (annotators - 1)),
    disagreeing: column(({given: yes, annotators}) => 2 * yes * (annotators - yes)),
  };
}

function sumsOf(columns: JudgementColumns, weights: Weights | undefined): Sums {
  const {rows} = columns;
  let [count, judgements, given, agreeing, disagreeing] = [0, 0, 0, 0, 0];
  for (let index = 0; index < rows.length; index += 1) {
    const weight = weights === undefined ? 1 : (weights[rows[index] ?? 0] ?? 0);
    // A unit that is not drawn adds zeros: cheaper than a branch that is guessed wrong every third time.
    const annotators = columns.annotators[index] ?? 0;
    count += weight;
    judgements += weight * annotators;
    given += weight * (columns.given[index] ?? 0);
    agreeing += (weight * (columns.agreeing[index] ?? 0)) / (columns.pairs[index] ?? 1);
    disagreeing += (weight * (columns.disagreeing[index] ?? 0)) / (annotators - 1);
  }
  return {units: count, judgements, given, agreeing, disagreeing};
}

/**
 * Fleiss' κ of yes-or-no judgements: how much more often two annotators of a document agree than two judgements drawn from
 * all of them.
 *
 * 1 for full agreement, 0 for chance. Annotators need not be the same people. Where documents have different numbers of
 * annotators, a document's agreement is that of its own pairs, documents count alike, and chance is the share of all
 * judgements: with one number for all it is the textbook's κ.
 *
 * @param weights how often each document counts; once each without it
 * @returns `undefined` where no document has two annotators, or all judgements are the same: there is nothing to agree on
 * Source: Fleiss 1971; statsmodels.stats.inter_rater.fleiss_kappa
 */
export function fleissKappa(units: readonly Judgement[], weights?: Weights): number | undefined {
  return kappaOf(sumsOf(judgementColumns(units), weights));
}

function kappaOf({units: count, judgements, given, agreeing}: Sums): number | undefined {
  if (given === 0 || given === judgements) return undefined;
  const share = given / judgements;
  const chance = share ** 2 + (1 - share) ** 2;
  return (agreeing / count - chance) / (1 - chance);
}

/**
 * Krippendorff's α (nominal) of yes-or-no judgements: 1 − observed by expected disagreement.
 *
 * Handles any number of annotators a document: one with few weighs less. Close to Fleiss' κ, above it in small samples.
 *
 * @returns `undefined` as for `fleissKappa`
 * Source: Krippendorff 2011, Computing Krippendorff's Alpha-Reliability; the `krippendorff` package
 */
export function krippendorffAlpha(units: readonly Judgement[], weights?: Weights): number | undefined {
  return alphaOf(sumsOf(judgementColumns(units), weights));
}

function alphaOf({judgements, given, disagreeing}: Sums): number | undefined {
  if (given === 0 || given === judgements) return undefined;
  const expected = (2 * given * (judgements - given)) / (judgements - 1);
  return 1 - disagreeing / expected;
}

/** `fleissKappa` and `krippendorffAlpha` from one pass over the units' columns. */
export function agreementCoefficients(columns: JudgementColumns, weights?: Weights) {
  const sums = sumsOf(columns, weights);
  return {fleissKappa: kappaOf(sums), krippendorffAlpha: alphaOf(sums)};
}
