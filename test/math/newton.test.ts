import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type Curvature, newtonMinimum, type Pair} from "../../src/math/newton.ts";

/** ½(a−p)²·aa + (a−p)(b−q)·ab + ½(b−q)²·bb */
const bowl =
  ([p, q]: Pair, [aa, ab, bb]: Curvature["hessian"]) =>
  ([a, b]: Pair): Curvature => {
    const [u, v] = [a - p, b - q];
    return {
      value: 0.5 * aa * u * u + ab * u * v + 0.5 * bb * v * v,
      gradient: [aa * u + ab * v, ab * u + bb * v],
      hessian: [aa, ab, bb],
    };
  };

const number = fc.integer({min: -1000, max: 1000}).map(tenths => tenths / 10);

describe("newtonMinimum", () => {
  test("finds the bottom of a bowl in a step or two", () => {
    const holds = fc.property(number, number, number, number, (p, q, a, b) => {
      const {point, iterations} = newtonMinimum(bowl([p, q], [2, 1, 3]), [a, b]);
      return Math.abs(point[0] - p) < 1e-9 && Math.abs(point[1] - q) < 1e-9 && iterations <= 4;
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("halves steps that overshoot", () => {
    // √(1+a²): from 2 the whole Newton step lands at −8 and diverges.
    const at = ([a, b]: Pair): Curvature => {
      const root = Math.sqrt(1 + a * a);
      return {value: root + b * b, gradient: [a / root, 2 * b], hessian: [1 / root ** 3, 0, 2]};
    };
    const {point, gradientNorm} = newtonMinimum(at, [2, 1]);
    expect(Math.abs(point[0])).toBeLessThan(1e-7);
    expect(Math.abs(point[1])).toBeLessThan(1e-7);
    expect(gradientNorm).toBeLessThan(1e-7);
  });

  test("gets by with a Hessian that is singular", () => {
    const quartic = ([a, b]: Pair): Curvature => {
      const sum = a + b - 1;
      return {value: 0.5 * sum * sum, gradient: [sum, sum], hessian: [1, 1, 1]};
    };
    const {point, gradientNorm} = newtonMinimum(quartic, [5, 3]);
    expect(point[0] + point[1]).toBeCloseTo(1, 9);
    expect(gradientNorm).toBeLessThan(1e-9);
  });

  test("goes downhill where the Hessian is indefinite", () => {
    // Along a = −b = t this is −t² + 2t⁴, with its minimum at t = ½; the whole Newton step leads up to the saddle at 0.
    const saddle = ([a, b]: Pair): Curvature => ({
      value: 0.5 * a * a + 2 * a * b + 0.5 * b * b + a ** 4 + b ** 4,
      gradient: [a + 2 * b + 4 * a ** 3, 2 * a + b + 4 * b ** 3],
      hessian: [1 + 12 * a * a, 2, 1 + 12 * b * b],
    });
    const {point, gradientNorm} = newtonMinimum(saddle, [0.1, -0.12]);
    expect(point[0]).toBeCloseTo(0.5, 7);
    expect(point[1]).toBeCloseTo(-0.5, 7);
    expect(gradientNorm).toBeLessThan(1e-9);
  });

  test("stays where it starts when that is the minimum", () => {
    expect(newtonMinimum(bowl([3, 4], [1, 0, 1]), [3, 4])).toEqual({
      point: [3, 4],
      value: 0,
      gradientNorm: 0,
      iterations: 0,
    });
  });

  test("ends, far out, where there is no minimum", () => {
    const falling = ([a, b]: Pair): Curvature => ({
      value: Math.exp(-a) + b * b,
      gradient: [-Math.exp(-a), 2 * b],
      hessian: [Math.exp(-a), 0, 2],
    });
    const {point, iterations} = newtonMinimum(falling, [0, 1]);
    expect(point[0]).toBeGreaterThan(20);
    expect(iterations).toBeLessThanOrEqual(500);
  });

  test("refuses to start where the function is not finite", () => {
    const nowhere = (): Curvature => ({value: Number.NaN, gradient: [0, 0], hessian: [1, 0, 1]});
    expect(() => newtonMinimum(nowhere, [0, 0])).toThrow(RangeError);
  });
});
