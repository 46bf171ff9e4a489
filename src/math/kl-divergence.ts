import {logSumExp} from "./softmax.ts";

/**
 * Kullback–Leibler divergence KL(p‖q) of two softmax distributions, in nats, from their scores.
 *
 * An outcome with p = 0 adds nothing; Infinity where q is 0 and p is not. 0 for equal distributions, never below:
 * rounding is put back to 0. Any constant may be added to either list of scores.
 *
 * @param scores p and q of the same length n ≥ 1: finite or -Infinity (probability 0), at least one of each finite
 * @throws RangeError for lists of different lengths, or a list without a finite score or with NaN
 * @example klDivergenceNats({p: [0, -Infinity], q: [0, 0]}) // Math.LN2
 * Source: METHODS §5; SciPy `stats.entropy(p, q)`
 */
export function klDivergenceNats({p, q}: {readonly p: ArrayLike<number>; readonly q: ArrayLike<number>}): number {
  if (p.length !== q.length) throw new RangeError(`${p.length} scores against ${q.length}`);
  const [totalP, totalQ] = [total(p), total(q)];
  let sum = 0;
  for (let index = 0; index < p.length; index += 1) {
    const logP = (p[index] ?? Number.NaN) - totalP;
    if (logP === Number.NEGATIVE_INFINITY) continue;
    sum += Math.exp(logP) * (logP - ((q[index] ?? Number.NaN) - totalQ));
  }
  return Math.max(0, sum);
}

/** ln Σ exp over a list of any length, vocabulary-sized ones included. */
function total(scores: ArrayLike<number>): number {
  const found = scores.length < 1000 ? logSumExp(Array.from(scores)) : longLogSumExp(scores);
  if (!Number.isFinite(found)) throw new RangeError("a distribution needs at least one finite score and no NaN");
  return found;
}

function longLogSumExp(scores: ArrayLike<number>): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < scores.length; index += 1) max = Math.max(max, scores[index] ?? Number.NaN);
  let sum = 0;
  for (let index = 0; index < scores.length; index += 1) sum += Math.exp((scores[index] ?? Number.NaN) - max);
  return max + Math.log(sum);
}
