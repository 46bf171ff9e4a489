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

/** A unit with fewer than two annotators has no pair that could agree: it is not looked at. */
function sumsOf(units: readonly Judgement[], weights: Weights | undefined): Sums {
  let [count, judgements, given, agreeing, disagreeing] = [0, 0, 0, 0, 0];
  for (const {row, given: yes, annotators} of units) {
    const weight = weights === undefined ? 1 : (weights[row] ?? 0);
    if (annotators < 2 || weight === 0) continue;
    const no = annotators - yes;
    count += weight;
    judgements += weight * annotators;
    given += weight * yes;
    agreeing += (weight * (yes * (yes - 1) + no * (no - 1))) / (annotators * (annotators - 1));
    disagreeing += (weight * 2 * yes * no) / (annotators - 1);
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
  return kappaOf(sumsOf(units, weights));
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
  return alphaOf(sumsOf(units, weights));
}

function alphaOf({judgements, given, disagreeing}: Sums): number | undefined {
  if (given === 0 || given === judgements) return undefined;
  const expected = (2 * given * (judgements - given)) / (judgements - 1);
  return 1 - disagreeing / expected;
}

/** `fleissKappa` and `krippendorffAlpha` from one pass over the units. */
export function agreementCoefficients(units: readonly Judgement[], weights?: Weights) {
  const sums = sumsOf(units, weights);
  return {fleissKappa: kappaOf(sums), krippendorffAlpha: alphaOf(sums)};
}
