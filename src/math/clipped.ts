/** The least probability that an estimate is taken to have, and its distance from 1 at most: 1e-8. */
export const CLIP = 1e-8;

/**
 * An estimate moved into [1e-8, 1 − 1e-8], so that neither its logarithm nor its logit is infinite.
 *
 * @param q in [0, 1]
 * Source: METHODS §3 and §4: the paper's hard rows have NLL = L1 · ln 1e8 within rounding
 * @example clipped(0) // 1e-8
 */
export function clipped(q: number): number {
  return Math.min(1 - CLIP, Math.max(CLIP, q));
}
