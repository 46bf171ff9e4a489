import {addTimes, dot, type Matrix, rowOf} from "./matrix.ts";
import {type DenseCurvature, denseMinimum} from "./newton-dense.ts";
import {sigmoid, softplus} from "./sigmoid.ts";

/** σ(weights · x + intercept). */
export interface LogisticModel {
  readonly weights: Float64Array;
  readonly intercept: number;
}

/** Below this the gradient of the mean objective counts as zero. */
const CONVERGED = 1e-13;
/** Above this the fit has found nothing. */
const FAILED = 1e-8;

/**
 * Logistic regression with an L2 penalty: the weights w and intercept b that minimise ‖w‖²/2 + C·Σ −[t ln σ(z) +
 * (1−t) ln(1 − σ(z))], z = w·x + b.
 *
 * Targets are shares in [0, 1]: 0 and 1 for classes, anything between for the share of annotators. The intercept is not
 * penalised. The minimum is unique except where the targets are all 0 or all 1 (the intercept would go to infinity),
 * which gives a reason instead.
 *
 * @param features one row a document; @param targets one a row
 * @param options.c C above 0, scikit-learn's: the larger, the weaker the penalty
 * @param options.start a model to begin from: it changes the time, not the result
 * @throws RangeError where the sizes do not fit or C is not above 0
 * Source: METHODS §3, `probe`; scikit-learn's LogisticRegression(C)
 */
export function logisticRegression(
  features: Matrix,
  targets: ArrayLike<number>,
  options: {readonly c: number; readonly start?: LogisticModel},
): LogisticModel | {readonly reason: string} {
  const {c, start} = options;
  if (targets.length !== features.rows) throw new RangeError(`${targets.length} targets for ${features.rows} rows`);
  if (!(c > 0 && Number.isFinite(c))) throw new RangeError(`C must be above 0, not ${c}`);
  const all = Array.from(targets);
  if (all.length === 0) return {reason: "there is nothing to learn from"};
  if (all.every(target => target === 0)) return {reason: "nothing to learn from has the label"};
  if (all.every(target => target === 1)) return {reason: "everything to learn from has the label"};
  const from = start === undefined ? new Float64Array(features.columns + 1) : [...start.weights, start.intercept];
  const {point, gradientNorm} = denseMinimum(at => curvatureAt(features, targets, c, at), from, CONVERGED);
  if (!(gradientNorm <= FAILED)) return {reason: "the fit found no minimum"};
  return {weights: point.slice(0, -1), intercept: point[features.columns] ?? 0};
}

/** What a model gives a document. */
export function logisticEstimate({weights, intercept}: LogisticModel, row: Float64Array): number {
  return sigmoid(dot(weights, row) + intercept);
}

/** The objective divided by C·n, so that its size depends on neither; the last parameter is the intercept. */
function curvatureAt(features: Matrix, targets: ArrayLike<number>, c: number, point: Float64Array): DenseCurvature {
  const {rows, columns} = features;
  const ridge = 1 / (c * rows);
  const weights = point.subarray(0, columns);
  const intercept = point[columns] ?? 0;
  const gradient = new Float64Array(columns + 1);
  const byWeight = gradient.subarray(0, columns);
  const spreads = new Float64Array(rows);
  let [value, byIntercept] = [0, 0];
  for (let row = 0; row < rows; row += 1) {
    const x = rowOf(features, row);
    const target = targets[row] ?? 0;
    const z = dot(weights, x) + intercept;
    // σ(z) − t and σ(z)(1 − σ(z)), from the smaller tails, which keep their digits.
    const [up, down] = [sigmoid(z), sigmoid(-z)];
    const off = ((1 - target) * up - target * down) / rows;
    value += (target * softplus(-z) + (1 - target) * softplus(z)) / rows;
    spreads[row] = (up * down) / rows;
    byIntercept += off;
    addTimes(byWeight, off, x);
  }
  addTimes(byWeight, ridge, weights);
  gradient[columns] = byIntercept;
  return {
    value: value + (ridge / 2) * dot(weights, weights),
    gradient,
    hessian: () => hessianOf(features, spreads, ridge),
  };
}

/** Σ spread · (x, 1)(x, 1)ᵀ with the ridge on all but the last: the lower triangle. */
function hessianOf(features: Matrix, spreads: Float64Array, ridge: number): Float64Array {
  const {rows, columns} = features;
  const size = columns + 1;
  const hessian = new Float64Array(size * size);
  const lastRow = hessian.subarray(columns * size, columns * size + columns);
  for (let row = 0; row < rows; row += 1) {
    const x = rowOf(features, row);
    const spread = spreads[row] ?? 0;
    for (let one = 0; one < columns; one += 1) {
      const times = spread * (x[one] ?? 0);
      const start = one * size;
      for (let other = 0; other <= one; other += 1) {
        hessian[start + other] = (hessian[start + other] ?? 0) + times * (x[other] ?? 0);
      }
    }
    addTimes(lastRow, spread, x);
    hessian[size * size - 1] = (hessian[size * size - 1] ?? 0) + spread;
  }
  for (let one = 0; one < columns; one += 1) hessian[one * size + one] = (hessian[one * size + one] ?? 0) + ridge;
  return hessian;
}
