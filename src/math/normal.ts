const SQRT_2PI = Math.sqrt(2 * Math.PI);

/** Density of the standard normal distribution at x. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / SQRT_2PI;
}

/** P(Z > x) for x ≥ 3 by the Laplace continued fraction, evaluated from its far end. */
function upperTail(x: number): number {
  let fraction = x;
  for (let term = 120; term >= 1; term -= 1) fraction = x + term / fraction;
  return normalDensity(x) / fraction;
}

/**
 * P(Z ≤ x) for a standard normal Z.
 *
 * Within 1e-15 everywhere and, in the lower tail, to 12 digits of the value itself: BCa intervals ask for both. (The
 * table of simple-statistics has steps of 0.01 and four digits, its error function seven; neither is enough for 1e-9.)
 *
 * 0 at -Infinity, 1 at Infinity.
 *
 * @throws RangeError for NaN
 * @example normalCdf(0) // 0.5
 * Source: Marsaglia 2004, "Evaluating the normal distribution" (series, |x| < 3); Laplace's continued fraction beyond
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) throw new RangeError("normalCdf of NaN");
  if (x >= 3) return x > 40 ? 1 : 1 - upperTail(x);
  if (x <= -3) return x < -40 ? 0 : upperTail(-x);
  let term = x;
  let sum = x;
  for (let odd = 3; Math.abs(term) > 1e-18; odd += 2) {
    term *= (x * x) / odd;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

/**
 * The x with P(Z ≤ x) = p for a standard normal Z.
 *
 * -Infinity at 0 and Infinity at 1. A rational starting value, then three Halley steps on `normalCdf`.
 *
 * @param p in [0, 1]
 * @throws RangeError for p outside [0, 1] or NaN
 * @example normalQuantile(0.5) // 0
 * Source: Abramowitz & Stegun 26.2.23 for the start
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`normalQuantile needs a probability, not ${p}`);
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  if (p === 0.5) return 0;
  const t = Math.sqrt(-2 * Math.log(p));
  let x = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) - t;
  for (let step = 0; step < 3; step += 1) {
    const off = (normalCdf(x) - p) / normalDensity(x);
    x -= off / (1 + (x * off) / 2);
  }
  return x;
}
