import {unitRange} from "./metric.ts";
import {perDocument} from "./per-document.ts";

/** a·ln(2a/(a+b)), by way of a − b: exact also where the two nearly agree. 0 for a = 0. */
function natsToMiddle(a: number, b: number): number {
  return a > 0 ? a * Math.log1p((a - b) / (a + b)) : 0;
}

/**
 * Base-2 Jensen–Shannon distance (the square root of the divergence) between Bernoulli(human) and Bernoulli(q), in
 * [0, 1].
 *
 * 0 for equal shares, 1 for 0 against 1. Computed from the difference, since near 0 a square root magnifies rounding:
 * shares 1e-8 apart come out right.
 *
 * @example bernoulliJsd({q: 1, human: 0}) // 1
 * Source: METHODS §4; Endres & Schindelin 2003; scipy.spatial.distance.jensenshannon
 */
export function bernoulliJsd(pair: {readonly q: number; readonly human: number}): number {
  const {q, human} = pair;
  const [notQ, notHuman] = [1 - q, 1 - human];
  const nats =
    natsToMiddle(human, q) + natsToMiddle(notHuman, notQ) + natsToMiddle(q, human) + natsToMiddle(notQ, notHuman);
  return Math.min(1, Math.sqrt(Math.max(0, nats) / (2 * Math.LN2)));
}

/**
 * Jensen–Shannon distance: mean over document–label pairs of the base-2 distance between Bernoulli(Ĥ) and Bernoulli(q).
 *
 * Unlike NLL it is bounded: a sure and wrong label costs 1. As for Brier, the mean over pairs is a mean over documents.
 *
 * Source: METHODS §4
 */
export const jsd = perDocument({
  name: "jsd",
  title: "JSD",
  summary: "mean over document–label pairs of the base-2 Jensen–Shannon distance of estimate and human distribution",
  target: "human",
  better: "smaller",
  unit: "√bits",
  range: unitRange,
  ofDocument: ({q, target}) =>
    q.reduce((sum, value, index) => sum + bernoulliJsd({q: value, human: target[index] ?? 0}), 0) / q.length,
});
