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
      readonly permutations: number;
      /** The smallest p that this test could have given: with few documents it cannot be small. */
      readonly smallestP: number;
    }
  | {readonly given: false; readonly reason: string};

/** Random signs for tests of means over documents: drawn once, however many tests take the same stream. */
export interface SignFlips {
  /** How many flips of all documents there are. */
  readonly permutations: number;
  /**
   * One word for 32 documents, a bit for each sign: word w of flip r is at [w · permutations + r]. The same words at every
   * call.
   */
  patterns(words: number): Uint32Array;
}

/**
 * Signs from a stream of random numbers, 32 documents to a number.
 *
 * @param permutations default 10 000
 * @param stream the stream from its start, at every call: tests of fewer documents take fewer numbers a flip
 * @throws RangeError for a number of permutations that is not a whole number ≥ 1
 */
export function signFlips(permutations: number | undefined, stream: () => Rng): SignFlips {
  const count = permutations ?? 10_000;
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`cannot draw ${count} exchanges`);
  const drawn = new Map<number, Uint32Array>();
  return {
    permutations: count,
    patterns: words => {
      const patterns = drawn.get(words) ?? drawPatterns(words, count, stream());
      drawn.set(words, patterns);
      return patterns;
    },
  };
}

function drawPatterns(words: number, permutations: number, rng: Rng): Uint32Array {
  const patterns = new Uint32Array(words * permutations);
  for (let flip = 0; flip < permutations; flip += 1) {
    for (let word = 0; word < words; word += 1) {
      patterns[word * permutations + flip] = Math.floor(rng() * 0x100000000);
    }
  }
  return patterns;
}

/**
 * Paired permutation test of a mean of per-document differences, by flipping their signs: under the null hypothesis the two
 * systems' outputs on a document could be exchanged.
 *
 * p is the share of flips whose mean is at least as large, in absolute value, as the observed one; means within 1e-12 of
 * each other tie. A document without a difference weighs on neither side, so only the others are flipped: the test is exact
 * for many documents of which few differ. All 2^n flips are tried if there are at most as many as would be drawn (n ≤ 13 by
 * default); otherwise those drawn are tried, and one is added above and below for the observed one, so that p is never 0.
 *
 * @param differences left − right on each document, finite; empty gives no test, all 0 p = 1
 * @param flips the signs, which other tests may take, too
 * @throws RangeError for a difference that is not finite
 * Source: METHODS §4; Phipson & Smyth 2010 for the added one
 */
export function sharedFlipTest(differences: readonly number[], flips: SignFlips): PermutationTest {
  if (!differences.every(Number.isFinite)) throw new RangeError("a difference is not finite");
  if (differences.length === 0) return {given: false, reason: "no documents"};
  const apart = Float64Array.from(differences.filter(difference => difference !== 0));
  if (apart.length === 0) return {given: true, p: 1, observed: 0, exact: true, permutations: 1, smallestP: 1};
  const drawn = apart.length >= 31 || 2 ** apart.length > flips.permutations;
  return drawn ? sampledSignFlips(apart, differences.length, flips) : everySignFlip(apart, differences.length);
}

function everySignFlip(apart: Float64Array, documents: number): PermutationTest {
  const permutations = 2 ** apart.length;
  const meanOf = (flip: number): number =>
    apart.reduce((sum, difference, index) => sum + ((flip >> index) & 1 ? -difference : difference), 0) / documents;
  const observed = meanOf(0);
  const bar = barOf(observed);
  let atLeast = 0;
  for (let flip = 0; flip < permutations; flip += 1) if (Math.abs(meanOf(flip)) >= bar) atLeast += 1;
  // The observed signs and their mirror image are always as extreme as themselves.
  return {given: true, p: atLeast / permutations, observed, exact: true, permutations, smallestP: 2 / permutations};
}

/** From where on a mean counts as large as the observed one, rounding aside. */
function barOf(observed: number): number {
  return Math.abs(observed) - 1e-12 * Math.max(1, Math.abs(observed));
}

/**
 * Random sign flips, eight documents at a time: the sums of all 256 patterns of eight signs are laid out once, so that a
 * flip of all documents is one look-up for eight of them.
 */
function sampledSignFlips(apart: Float64Array, documents: number, flips: SignFlips): PermutationTest {
  const {permutations} = flips;
  const words = Math.ceil(apart.length / 32);
  const patterns = flips.patterns(words);
  const sums = new Float64Array(permutations);
  const table = new Float64Array(4 * 256);
  for (let word = 0; word < words; word += 1) {
    for (let byte = 0; byte < 4; byte += 1) {
      const from = 32 * word + 8 * byte;
      signedSums(apart.subarray(from, from + 8), table.subarray(256 * byte, 256 * (byte + 1)));
    }
    const from = word * permutations;
    for (let flip = 0; flip < permutations; flip += 1) {
      const pattern = patterns[from + flip] ?? 0;
      const first = (sums[flip] ?? 0) + (table[pattern & 255] ?? 0);
      const second = first + (table[256 + ((pattern >>> 8) & 255)] ?? 0);
      const third = second + (table[512 + ((pattern >>> 16) & 255)] ?? 0);
      sums[flip] = third + (table[768 + (pattern >>> 24)] ?? 0);
    }
  }
  const total = apart.reduce((sum, difference) => sum + difference, 0);
  const observed = total / documents;
  const bar = documents * barOf(observed);
  let atLeast = 0;
  for (const sum of sums) if (Math.abs(sum) >= bar) atLeast += 1;
  return {
    given: true,
    p: (atLeast + 1) / (permutations + 1),
    observed,
    exact: false,
    permutations,
    smallestP: Math.max(2 ** (1 - apart.length), 1 / (permutations + 1)),
  };
}

/** The sums of up to eight numbers under every pattern of signs. */
function signedSums(numbers: Float64Array, sums: Float64Array): void {
  for (let pattern = 0; pattern < 256; pattern += 1) {
    let sum = 0;
    for (let index = 0; index < numbers.length; index += 1) {
      sum += ((pattern >> index) & 1 ? -1 : 1) * (numbers[index] ?? 0);
    }
    sums[pattern] = sum;
  }
}
