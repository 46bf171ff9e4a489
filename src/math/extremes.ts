/**
 * The largest of some numbers, however many there are: an argument list holds no more than some ten thousands of them.
 *
 * @param least what the answer is at least; −∞ by default, which is the answer for no numbers
 * @returns NaN where one of them is
 * @example largest([1, 3, 2]) // 3
 */
export function largest(values: Iterable<number>, least = Number.NEGATIVE_INFINITY): number {
  let most = least;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/**
 * The smallest of some numbers, however many there are.
 *
 * @param most what the answer is at most; ∞ by default, which is the answer for no numbers
 * @returns NaN where one of them is
 * @example smallest([2, 1, 3]) // 1
 */
export function smallest(values: Iterable<number>, most = Number.POSITIVE_INFINITY): number {
  let least = most;
  for (const value of values) least = Math.min(least, value);
  return least;
}
