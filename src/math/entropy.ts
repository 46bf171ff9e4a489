/**
 * Shannon entropy of a distribution, in bits: how undecided the model is at one label step.
 *
 * 0 when one entry holds all the mass, log2(n) when all n tie. An entry with p = 0 adds 0.
 *
 * @param p probabilities, length n ≥ 1, summing to 1 within 1e-6
 * @returns bits, in [0, log2 n]
 * @throws RangeError for an empty p, a negative or NaN entry, or a sum that is off
 * @example entropyBits([0.5, 0.5]) // 1
 * Source: METHODS §2; [Ma et al. 2025, Fig. 10]
 */
export function entropyBits(p: readonly number[]): number {
  const sum = p.reduce((total, value) => total + (value >= 0 ? value : Number.NaN), 0);
  if (!(Math.abs(sum - 1) <= 1e-6)) throw new RangeError(`not a distribution: the entries sum to ${sum}`);
  const bits = p.reduce((total, value) => (value > 0 ? total - value * Math.log2(value) : total), 0);
  return Math.max(0, bits);
}
