/**
 * ln Σ exp(x), without overflow.
 *
 * -Infinity entries weigh nothing; the sum of nothing (an empty list, or all -Infinity) is -Infinity.
 *
 * @example logSumExp([0, 0]) // Math.LN2
 */
export function logSumExp(values: readonly number[]): number {
  const max = values.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY);
  if (max === Number.NEGATIVE_INFINITY) return max;
  return max + Math.log(values.reduce((sum, value) => sum + Math.exp(value - max), 0));
}

/**
 * Probabilities proportional to exp(score), summing to 1.
 *
 * @param scores finite or -Infinity (probability 0), at least one finite
 * @throws RangeError where every score is -Infinity or one is NaN: there is no distribution
 * @example softmax([0, Number.NEGATIVE_INFINITY]) // [1, 0]
 */
export function softmax(scores: readonly number[]): number[] {
  const total = logSumExp(scores);
  if (!Number.isFinite(total)) throw new RangeError("softmax needs at least one finite score and no NaN");
  return scores.map(score => Math.exp(score - total));
}
