import {solvePositiveDefinite} from "./cholesky.ts";
import {addTimes, dot} from "./matrix.ts";

/** A function of n parameters at one point; the Hessian is worked out only where it is asked for. */
export interface DenseCurvature {
  readonly value: number;
  readonly gradient: Float64Array;
  /** n·n numbers, row after row; only the lower triangle is read. */
  readonly hessian: () => Float64Array;
}

export interface DenseMinimum {
  readonly point: Float64Array;
  readonly value: number;
  /** Euclidean norm of the gradient: how far from a minimum. */
  readonly gradientNorm: number;
  readonly iterations: number;
}

const ITERATIONS = 200;
/** Share of the promised decrease that a step must keep (Armijo). */
const ENOUGH = 1e-4;
/** Below this the value no longer tells two points apart, and the gradient decides. */
const ROUNDING = 8 * Number.EPSILON;

/**
 * The minimum of a smooth convex function of any number of parameters, by Newton's method with step halving.
 *
 * As `newtonMinimum`, which is for two: a Hessian that is not safely positive definite is raised by a multiple of the
 * identity; the search ends where the gradient is no longer than `tolerance` or rounding stops it from falling, and the
 * caller judges `gradientNorm`.
 *
 * @param tolerance of the gradient norm; 0 goes on to the last digit
 * @throws RangeError where the function is not finite at the start
 * Source: Boyd & Vandenberghe 2004, §9.5
 */
export function denseMinimum(
  at: (point: Float64Array) => DenseCurvature,
  start: ArrayLike<number>,
  tolerance = 0,
): DenseMinimum {
  let point = Float64Array.from(start);
  let here = at(point);
  if (!Number.isFinite(here.value)) throw new RangeError("the function is not finite at the start");
  let iterations = 0;
  while (iterations < ITERATIONS && normOf(here) > tolerance) {
    const next = descend(at, point, here);
    if (next === undefined) break;
    ({point, here} = next);
    iterations += 1;
  }
  return {point, value: here.value, gradientNorm: normOf(here), iterations};
}

function normOf({gradient}: DenseCurvature): number {
  return Math.sqrt(dot(gradient, gradient));
}

/** −H⁻¹g, with H raised where it is (nearly) singular. */
function newtonStep({gradient, hessian}: DenseCurvature): Float64Array {
  const matrix = hessian();
  const n = gradient.length;
  const downhill = gradient.map(slope => -slope);
  const size = matrix.reduce((most, entry) => Math.max(most, Math.abs(entry)), Number.MIN_VALUE);
  for (let raise = 0; raise <= 1e6 * size; raise = raise === 0 ? 1e-14 * size : raise * 10) {
    const raised = Float64Array.from(matrix);
    for (let place = 0; place < n * n; place += n + 1) raised[place] = (raised[place] ?? 0) + raise;
    const step = solvePositiveDefinite(raised, downhill);
    if (step !== undefined) return step;
  }
  return downhill;
}

/** The first of the halved steps that lowers the value enough, or, within rounding of the value, the gradient. */
function descend(at: (point: Float64Array) => DenseCurvature, point: Float64Array, here: DenseCurvature) {
  const step = newtonStep(here);
  const slope = dot(here.gradient, step);
  for (let share = 1; share > 1e-12; share /= 2) {
    const next = Float64Array.from(point);
    addTimes(next, share, step);
    const there = at(next);
    if (!Number.isFinite(there.value)) continue;
    const decrease = here.value - there.value;
    const noise = ROUNDING * Math.abs(here.value);
    if (decrease > noise && decrease >= -ENOUGH * share * slope) return {point: next, here: there};
    if (Math.abs(decrease) <= noise && normOf(there) < normOf(here)) return {point: next, here: there};
  }
  return undefined;
}
