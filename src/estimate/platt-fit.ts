import {clipped} from "../math/clipped.ts";
import {logit} from "../math/logit.ts";
import {type Curvature, newtonMinimum, type Pair} from "../math/newton.ts";
import {sigmoid, softplus} from "../math/sigmoid.ts";

/** What a squared slope costs, beside the mean cross-entropy: keeps the slope finite where the data are separable. */
const PLATT_RIDGE = 1e-6;
/** Logits whose range is smaller are one constant. */
const CONSTANT_RANGE = 1e-9;
/** The largest gradient, in nats, that still counts as a minimum. */
const CONVERGED = 1e-9;

/** σ(slope · x + intercept), x the logit of an estimate. */
export interface PlattCurve {
  readonly slope: number;
  readonly intercept: number;
}

/** An estimate, in [0, 1], beside the share of annotators who gave the label. */
export interface PlattPair {
  readonly q: number;
  readonly human: number;
}

/** The logit of an estimate clipped to [1e-8, 1 − 1e-8]. */
export function clippedLogit(q: number): number {
  return logit(clipped(q));
}

/** An estimate after Platt scaling. Increasing in q for a positive slope, decreasing for a negative one. */
export function onCurve({slope, intercept}: PlattCurve, q: number): number {
  return sigmoid(slope * clippedLogit(q) + intercept);
}

/**
 * The slope w and intercept b that minimise mean(−[Ĥ ln σ(w·x + b) + (1−Ĥ) ln(1 − σ(w·x + b))]) + 1e-6·w², x the
 * clipped logit of the estimate.
 *
 * The mean is over pairs, so every document listed twice gives the same curve. The targets are the shares themselves:
 * neither rounded to a class nor smoothed, as Platt's own paper does for classes. The minimum exists and is the only one
 * except in the cases that give a reason instead: no pairs, a constant x (which says nothing about the label), or a human
 * share that is 0, or 1, throughout (the intercept would go to infinity).
 *
 * Source: METHODS §3; Platt 1999; the minimum is that of scikit-learn's logistic regression with C = 1 / (2 · 1e-6 · n)
 */
export function fitPlatt(pairs: readonly PlattPair[]): PlattCurve | {readonly reason: string} {
  if (pairs.length === 0) return {reason: "there is nothing to learn from"};
  const x = pairs.map(({q}) => clippedLogit(q));
  const human = pairs.map(pair => pair.human);
  const [low, high] = x.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
  if (high - low < CONSTANT_RANGE) return {reason: "the estimate is the same throughout the calibration split"};
  if (human.every(share => share === 0)) return {reason: "no annotator of the calibration split gave the label"};
  if (human.every(share => share === 1)) return {reason: "every annotator of the calibration split gave the label"};
  // Centred, slope and intercept hardly depend on each other; the ridge is on the slope alone, so nothing else changes.
  const centre = x.reduce((sum, value) => sum + value, 0) / x.length;
  const centred = x.map(value => value - centre);
  const {point, gradientNorm} = newtonMinimum(at => crossEntropy(centred, human, at), [0, 0]);
  if (!(gradientNorm <= CONVERGED)) return {reason: "the fit found no minimum"};
  const [slope, level] = point;
  return {slope, intercept: level - slope * centre};
}

/** Mean cross-entropy to the shares, ridge included, with its derivatives by slope and level. */
function crossEntropy(x: readonly number[], human: readonly number[], [slope, level]: Pair): Curvature {
  let [value, bySlope, byLevel, slopeSlope, slopeLevel, levelLevel] = [0, 0, 0, 0, 0, 0];
  x.forEach((at, index) => {
    const share = human[index] ?? 0;
    const z = slope * at + level;
    // σ(z) − Ĥ and σ(z)(1 − σ(z)), from the smaller tails, which keep their digits.
    const [up, down] = [sigmoid(z), sigmoid(-z)];
    const off = (1 - share) * up - share * down;
    const spread = up * down;
    value += share * softplus(-z) + (1 - share) * softplus(z);
    bySlope += off * at;
    byLevel += off;
    slopeSlope += spread * at * at;
    slopeLevel += spread * at;
    levelLevel += spread;
  });
  const n = x.length;
  return {
    value: value / n + PLATT_RIDGE * slope * slope,
    gradient: [bySlope / n + 2 * PLATT_RIDGE * slope, byLevel / n],
    hessian: [slopeSlope / n + 2 * PLATT_RIDGE, slopeLevel / n, levelLevel / n],
  };
}
