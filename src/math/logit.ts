/**
 * ln(p / (1 − p)), the inverse of `sigmoid`.
 *
 * -Infinity at 0, Infinity at 1.
 *
 * @param p in [0, 1]
 * @throws RangeError for p outside [0, 1] or NaN
 * @example logit(0.5) // 0
 */
export function logit(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`logit needs a probability, not ${p}`);
  return Math.log(p) - Math.log1p(-p);
}
