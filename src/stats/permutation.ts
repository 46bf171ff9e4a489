import type {Rng} from "../math/rng.ts";

/** The outcome of a paired permutation test, or why there is none. */
export type PermutationTest =
  | {
      readonly given: true;
      /** Two-sided. */
      readonly p: number;
      /** The difference as it was observed, left − right. */
      readonly observed: number;
      /** Whether every exchange was tried, or a random sample of them. */
      readonly exact: boolean;
      /** Exchanges that had a value; those without one are counted apart. */
      readonly permutations: number;
      readonly undefinedPermutations: number;
      /** The smallest p that this test could have given: with few documents it cannot be small. */
      readonly smallestP: number;
    }
  | {readonly given: false; readonly reason: string};

export interface PermutationOptions {
  /** How many exchanges are drawn; where there are no more than this, all are tried instead. Default 10 000. */
  readonly permutations?: number;
  readonly rng: Rng;
}

/** A difference between two systems as a function of the documents on which they are exchanged. */
export interface Exchangeable {
  readonly documents: number;
  /** left − right where the systems are exchanged on each document i with swapped[i] = 1. */
  difference(swapped: Uint8Array): number | undefined;
}

/**
 * Paired permutation test: under the null hypothesis the two systems' outputs on a document could be exchanged.
 *
 * p is the share of exchanges whose difference is at least as large, in absolute value, as the observed one. All 2^n
 * exchanges are tried where that is at most `permutations` (n ≤ 13 by default); else that many are drawn and one is
 * added above and below for the observed one, so that p is never 0. Differences within 1e-12 of each other tie.
 *
 * No documents, or no observed difference, gives no test. A system against itself has p = 1.
 *
 * @throws RangeError for a number of permutations that is not a whole number ≥ 1
 * Source: METHODS §4; Phipson & Smyth 2010 for the added one
 */
export function exchangeTest(systems: Exchangeable, options: PermutationOptions): PermutationTest {
  const {documents} = systems;
  const permutations = options.permutations ?? 10_000;
  if (!Number.isInteger(permutations) || permutations < 1)
    throw new RangeError(`cannot draw ${permutations} exchanges`);
  if (documents === 0) return {given: false, reason: "no documents"};
  const swapped = new Uint8Array(documents);
  const observed = systems.difference(swapped);
  if (observed === undefined) return {given: false, reason: "no difference to test"};
  const bar = Math.abs(observed) - 1e-12 * Math.max(1, Math.abs(observed));
  const exact = documents < 31 && 2 ** documents <= permutations;
  const rounds = exact ? 2 ** documents : permutations;
  let atLeast = 0;
  let missing = 0;
  for (let round = 0; round < rounds; round += 1) {
    if (exact) for (let index = 0; index < documents; index += 1) swapped[index] = (round >> index) & 1;
    else drawBits(swapped, options.rng);
    const value = systems.difference(swapped);
    if (value === undefined) missing += 1;
    else if (Math.abs(value) >= bar) atLeast += 1;
  }
  const extra = exact ? 0 : 1;
  return {
    given: true,
    p: (atLeast + extra) / (rounds - missing + extra),
    observed,
    exact,
    permutations: rounds - missing,
    undefinedPermutations: missing,
    // The observed assignment and its mirror image are always as extreme as themselves.
    smallestP: Math.max(2 ** (1 - documents), exact ? 0 : 1 / (rounds - missing + 1)),
  };
}

/** Fills an array with fair coin throws, 32 to one random number. */
function drawBits(bits: Uint8Array, rng: Rng): void {
  let pool = 0;
  for (let index = 0; index < bits.length; index += 1) {
    if (index % 32 === 0) pool = Math.floor(rng() * 0x100000000);
    bits[index] = pool & 1;
    pool >>>= 1;
  }
}
