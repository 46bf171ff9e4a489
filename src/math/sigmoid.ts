/**
 * σ(x) = 1 / (1 + e^−x), without overflow and with the full precision of small values.
 *
 * 0 at -Infinity, 1 at Infinity, NaN for NaN.
 *
 * @example sigmoid(0) // 0.5
 */
export function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const power = Math.exp(x);
  return power / (1 + power);
}

/**
 * ln(1 + e^x) = −ln σ(−x): the cost in nats of a Bernoulli outcome, without overflow.
 *
 * 0 at -Infinity, Infinity at Infinity.
 *
 * @example softplus(0) // Math.LN2
 */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
