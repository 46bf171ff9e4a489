import {mean, sampleStandardDeviation} from "simple-statistics";
import {largest} from "../math/extremes.ts";

/** How large the difference between two systems on the same documents is, in three ways. */
export interface PairedEffect {
  readonly documents: number;
  /** Mean of left − right, in the unit of the values. `undefined` without documents. */
  readonly meanDifference: number | undefined;
  /** The mean difference in standard deviations of the differences (Cohen's d_z). */
  readonly dz: number | undefined;
  /** The share of documents on which left is larger, ties counting half. 0.5 where neither tends to be larger. */
  readonly superiority: number | undefined;
  /** Share of documents with left larger minus share with right larger: 2·superiority − 1, in [−1, 1]. */
  readonly dominance: number | undefined;
  /** Why something above is missing. */
  readonly reason?: string;
}

/**
 * Effect sizes of a paired comparison.
 *
 * d_z is missing for one document, and where all differences are equal (to rounding): there is nothing to standardise
 * by. Equal differences of 0 have a d_z of 0.
 *
 * @param pairs one a document, finite
 * @throws RangeError for a value that is not finite
 * Source: Lakens 2013 (d_z); Cliff 1993 (within-pair dominance)
 */
export function pairedEffect(pairs: readonly {readonly left: number; readonly right: number}[]): PairedEffect {
  const differences = pairs.map(pair => pair.left - pair.right);
  if (!differences.every(Number.isFinite)) throw new RangeError("a value is not finite");
  const documents = pairs.length;
  if (documents === 0) {
    const none = {meanDifference: undefined, dz: undefined, superiority: undefined, dominance: undefined};
    return {documents, ...none, reason: "no documents"};
  }
  const meanDifference = mean(differences);
  const larger = differences.filter(difference => difference > 0).length;
  const smaller = differences.filter(difference => difference < 0).length;
  const dominance = (larger - smaller) / documents;
  const sizes = {documents, meanDifference, superiority: (1 + dominance) / 2, dominance};
  if (documents === 1) return {...sizes, dz: undefined, reason: "one document: differences cannot be standardised"};
  if (larger + smaller === 0) return {...sizes, dz: 0};
  const deviation = sampleStandardDeviation(differences);
  const scale = largest(differences.map(Math.abs));
  if (deviation <= 1e-12 * scale) return {...sizes, dz: undefined, reason: "all differences are equal"};
  return {...sizes, dz: meanDifference / deviation};
}
