/**
 * Split-conformal p-values of 0 and 1 for an estimate q of a yes-or-no label: (1 + #{calibration scores ≥ |y − q|}) / (n + 1).
 *
 * @param scores nonconformities |y − q| of the calibration documents, ascending
 * @example conformalPs(Float64Array.of(0.1, 0.2, 0.6), 0.3) // {zero: 0.5, one: 0.25}
 * Source: Vovk, Gammerman & Shafer 2005, chapter 2
 */
export function conformalPs(scores: Float64Array, q: number): {readonly zero: number; readonly one: number} {
  const p = (score: number) => (1 + scores.length - firstAtLeast(scores, score)) / (scores.length + 1);
  return {zero: p(q), one: p(1 - q)};
}

/** Where the first score of at least this size stands. */
function firstAtLeast(scores: Float64Array, score: number): number {
  let [low, high] = [0, scores.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((scores[middle] ?? 0) < score) low = middle + 1;
    else high = middle;
  }
  return low;
}
