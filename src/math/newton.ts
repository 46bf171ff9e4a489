export type Pair = readonly [number, number];

/** A function of two parameters at one point: value, gradient and the three entries of its symmetric Hessian. */
export interface Curvature {
  readonly value: number;
  readonly gradient: Pair;
  /** [∂²/∂a², ∂²/∂a∂b, ∂²/∂b²] */
  readonly hessian: readonly [number, number, number];
}

export interface NewtonResult {
  readonly point: Pair;
  readonly value: number;
  /** The larger of the gradient's two entries, without sign: how far from a minimum. */
  readonly gradientNorm: number;
  readonly iterations: number;
}

const ITERATIONS = 500;
/** Share of the promised decrease that a step must keep (Armijo). */
const ENOUGH = 1e-4;
/** Below this the value no longer tells two points apart, and the gradient decides. */
const ROUNDING = 8 * Number.EPSILON;

/**
 * The minimum of a smooth convex function of two parameters, by Newton's method with step halving.
 *
 * A Hessian that is not safely positive definite is raised by a multiple of the identity until it is. Ends where the
 * gradient vanishes or rounding stops it from falling; the caller judges `gradientNorm`. A function without a minimum
 * ends after 500 steps, far out, wherever it is then.
 *
 * @throws RangeError where the function is not finite at the start
 * Source: Boyd & Vandenberghe 2004, §9.5
 */
export function newtonMinimum(at: (point: Pair) => Curvature, start: Pair): NewtonResult {
  let point = start;
  let here = at(point);
  if (!Number.isFinite(here.value)) throw new RangeError("the function is not finite at the start");
  let iterations = 0;
  while (iterations < ITERATIONS && normOf(here) > 0) {
    const step = newtonStep(here);
    const next = descend(at, point, here, step);
    if (next === undefined) break;
    ({point, here} = next);
    iterations += 1;
  }
  return {point, value: here.value, gradientNorm: normOf(here), iterations};
}

function normOf({gradient: [a, b]}: Curvature): number {
  return Math.max(Math.abs(a), Math.abs(b));
}

/** −H⁻¹g, with H raised where it is (nearly) singular. */
function newtonStep({gradient: [ga, gb], hessian: [aa, ab, bb]}: Curvature): Pair {
  const size = Math.max(Math.abs(aa), Math.abs(ab), Math.abs(bb), Number.MIN_VALUE);
  for (let raise = 0; ; raise = raise === 0 ? 1e-14 * size : raise * 10) {
    const [p, r] = [aa + raise, bb + raise];
    const determinant = p * r - ab * ab;
    if (p > 0 && r > 0 && determinant > 1e-15 * p * r) {
      const step: Pair = [-(r * ga - ab * gb) / determinant, -(p * gb - ab * ga) / determinant];
      if (step.every(Number.isFinite)) return step;
    }
    // A function this flat (all of it below the smallest numbers) gives no direction but the gradient's.
    if (raise > 1e6 * size) return [-ga, -gb];
  }
}

/** The first of the halved steps that lowers the value enough, or, within rounding of the value, the gradient. */
function descend(at: (point: Pair) => Curvature, point: Pair, here: Curvature, step: Pair) {
  const slope = here.gradient[0] * step[0] + here.gradient[1] * step[1];
  for (let share = 1; share > 1e-12; share /= 2) {
    const next: Pair = [point[0] + share * step[0], point[1] + share * step[1]];
    const there = at(next);
    if (!Number.isFinite(there.value)) continue;
    const decrease = here.value - there.value;
    const noise = ROUNDING * Math.abs(here.value);
    if (decrease > noise && decrease >= -ENOUGH * share * slope) return {point: next, here: there};
    if (Math.abs(decrease) <= noise && normOf(there) < normOf(here)) return {point: next, here: there};
  }
  return undefined;
}
