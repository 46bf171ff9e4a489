import type {Rng} from "../math/rng.ts";

/**
 * How often each document is in a resample: one whole number ≥ 0 a document, in the order of the documents.
 *
 * A resample as multiplicities instead of a list of documents lets a metric be evaluated without copying or sorting
 * anything: a mean is a dot product. All ones is the sample itself.
 */
export type Weights = Int32Array;

/** Every document once: the sample itself. */
export function onceEach(documents: number): Weights {
  return new Int32Array(documents).fill(1);
}

/**
 * The groups within which documents are drawn: one group of all, or one a stratum.
 *
 * @param documents number of documents
 * @param strata the stratum of each document; without it there is one
 * @returns document indices by stratum, in the order in which the strata first appear; nothing for no documents
 * @throws RangeError where there is not one stratum a document
 */
export function strataOf(documents: number, strata?: readonly (string | number)[]): Int32Array[] {
  if (documents === 0) return [];
  if (strata === undefined) return [Int32Array.from({length: documents}, (_, index) => index)];
  if (strata.length !== documents) throw new RangeError(`${strata.length} strata for ${documents} documents`);
  const groups = new Map<string | number, number[]>();
  strata.forEach((stratum, index) => {
    const group = groups.get(stratum);
    if (group === undefined) groups.set(stratum, [index]);
    else group.push(index);
  });
  return [...groups.values()].map(group => Int32Array.from(group));
}

/**
 * Draws a resample into `weights`: from each stratum as many documents as it has, with replacement.
 *
 * The weights of a stratum sum to its size. Overwrites what was there, so that thousands of resamples need one array.
 */
export function drawWeights(weights: Weights, strata: readonly Int32Array[], rng: Rng): void {
  weights.fill(0);
  for (const stratum of strata) {
    const size = stratum.length;
    for (let draw = 0; draw < size; draw += 1) {
      const document = stratum[Math.floor(rng() * size)] ?? 0;
      weights[document] = (weights[document] ?? 0) + 1;
    }
  }
}
