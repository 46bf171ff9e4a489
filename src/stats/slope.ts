import {linearRegression} from "simple-statistics";

/** A fitted straight line, or why there is none. */
export type Line =
  | {readonly given: true; readonly slope: number; readonly intercept: number; readonly points: number}
  | {readonly given: false; readonly reason: string};

/**
 * Least-squares line through points, such as mean entropy against the base-2 logarithm of the parameters.
 *
 * Needs two different x. Two points give the line through both: then the slope is a difference and no trend, and a
 * caption should say so (METHODS §5). (simple-statistics gives one point a slope of 0, and equal x NaN; here neither
 * has a line.)
 *
 * @throws RangeError for a coordinate that is not finite
 * Source: METHODS §5; simple-statistics `linearRegression`
 * @example leastSquaresLine([{x: 0, y: 1}, {x: 2, y: 5}]) // {given: true, slope: 2, intercept: 1, points: 2}
 */
export function leastSquaresLine(points: readonly {readonly x: number; readonly y: number}[]): Line {
  if (!points.every(point => Number.isFinite(point.x) && Number.isFinite(point.y))) {
    throw new RangeError("a coordinate is not finite");
  }
  const different = new Set(points.map(point => point.x)).size;
  if (different < 2) return {given: false, reason: `a slope needs two different x, here is ${different}`};
  const {m, b} = linearRegression(points.map(point => [point.x, point.y]));
  return {given: true, slope: m, intercept: b, points: points.length};
}
