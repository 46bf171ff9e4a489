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

/**
 * Paired permutation test of a mean of per-document differences, by flipping their signs.
 *
 * The same as `exchangeTest` for a metric that is a mean over documents, and much faster. A document without a
 * difference weighs on neither side, so only the others are flipped: the test is exact for many documents of which few
 * differ.
 *
 * @param differences left − right on each document, finite; empty gives no test
 * @throws RangeError for a difference that is not finite
 */
export function signFlipTest(differences: readonly number[], options: PermutationOptions): PermutationTest {
  if (!differences.every(Number.isFinite)) throw new RangeError("a difference is not finite");
  if (differences.length === 0) return {given: false, reason: "no documents"};
  const apart = Float64Array.from(differences.filter(difference => difference !== 0));
  if (apart.length === 0) {
    return {given: true, p: 1, observed: 0, exact: true, permutations: 1, undefinedPermutations: 0, smallestP: 1};
  }
  const {length} = differences;
  if (apart.length < 31 && 2 ** apart.length <= (options.permutations ?? 10_000)) {
    const difference = (swapped: Uint8Array): number => {
      let sum = 0;
      for (let index = 0; index < apart.length; index += 1) {
        sum += (1 - 2 * (swapped[index] ?? 0)) * (apart[index] ?? 0);
      }
      return sum / length;
    };
    return exchangeTest({documents: apart.length, difference}, options);
  }
  return sampledSignFlips(apart, length, options);
}

/**
 * Random sign flips, eight documents at a time: the sums of all 256 patterns of eight signs are laid out once, so that a
 * flip of all documents is one look-up for eight of them.
 */
function sampledSignFlips(apart: Float64Array, documents: number, options: PermutationOptions): PermutationTest {
  const permutations = options.permutations ?? 10_000;
  if (!Number.isInteger(permutations) || permutations < 1)
    throw new RangeError(`cannot draw ${permutations} exchanges`);
  const groups = Math.ceil(apart.length / 8);
  const sums = new Float64Array(groups * 256);
  for (let group = 0; group < groups; group += 1) {
    const base = apart.subarray(group * 8, group * 8 + 8);
    for (let pattern = 0; pattern < 256; pattern += 1) {
      let sum = 0;
      for (let index = 0; index < base.length; index += 1) {
        sum += ((pattern >> index) & 1 ? -1 : 1) * (base[index] ?? 0);
      }
      sums[group * 256 + pattern] = sum;
    }
  }
  const total = apart.reduce((sum, difference) => sum + difference, 0);
  const observed = total / documents;
  const bar = documents * (Math.abs(observed) - 1e-12 * Math.max(1, Math.abs(observed)));
  let atLeast = 0;
  for (let round = 0; round < permutations; round += 1) {
    let sum = 0;
    let pool = 0;
    for (let group = 0; group < groups; group += 1) {
      if (group % 4 === 0) pool = Math.floor(options.rng() * 0x100000000);
      sum += sums[group * 256 + (pool & 255)] ?? 0;
      pool >>>= 8;
    }
    if (Math.abs(sum) >= bar) atLeast += 1;
  }
  return {
    given: true,
    p: (atLeast + 1) / (permutations + 1),
    observed,
    exact: false,
    permutations,
    undefinedPermutations: 0,
    smallestP: Math.max(2 ** (1 - apart.length), 1 / (permutations + 1)),
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
