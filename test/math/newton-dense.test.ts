import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {newtonMinimum} from "../../src/math/newton.ts";
import {denseMinimum} from "../../src/math/newton-dense.ts";
import {sigmoid, softplus} from "../../src/math/sigmoid.ts";
import {farthest} from "./support.ts";

/** (x − 1)² + 10 (y − 2)²: one step is enough. */
const bowl = ([x = 0, y = 0]: Float64Array) => ({
  value: (x - 1) ** 2 + 10 * (y - 2) ** 2,
  gradient: Float64Array.of(2 * (x - 1), 20 * (y - 2)),
  hessian: () => Float64Array.of(2, 0, 0, 20),
});

describe("a minimum of several parameters", () => {
  test("is found in one step where the function is quadratic", () => {
    const found = denseMinimum(bowl, [9, -9]);
    expect(farthest(found.point, [1, 2])).toBeLessThan(1e-14);
    expect(found.iterations).toBeLessThanOrEqual(2);
  });

  test("stays at a start that is one, and looks at no Hessian there", () => {
    const found = denseMinimum(
      at => ({
        ...bowl(at),
        hessian: () => {
          throw new Error("asked for");
        },
      }),
      [1, 2],
    );
    expect(found).toMatchObject({iterations: 0, gradientNorm: 0, value: 0});
  });

  test("is found where Newton's full step overshoots: Σ ln cosh", () => {
    const found = denseMinimum(
      ([x = 0]) => ({
        value: softplus(2 * x) - x,
        gradient: Float64Array.of(2 * sigmoid(2 * x) - 1),
        hessian: () => Float64Array.of(4 * sigmoid(2 * x) * sigmoid(-2 * x)),
      }),
      [3],
    );
    expect(Math.abs(found.point[0] ?? 1)).toBeLessThan(1e-7);
  });

  test("goes on past a Hessian of zeros", () => {
    const found = denseMinimum(
      ([x = 0, y = 0]) => ({
        value: x ** 4 + (x + y - 1) ** 2,
        gradient: Float64Array.of(4 * x ** 3 + 2 * (x + y - 1), 2 * (x + y - 1)),
        hessian: () => Float64Array.of(12 * x * x + 2, 2, 2, 2),
      }),
      [0.5, 0],
    );
    expect(found.gradientNorm).toBeLessThan(1e-9);
    expect(farthest(found.point, [0, 1])).toBeLessThan(2e-3);
  });

  test("is that of the search for two parameters", () => {
    const holds = fc.property(
      fc.double({min: -3, max: 3, noNaN: true}),
      fc.double({min: 0.1, max: 5, noNaN: true}),
      (shift, ridge) => {
        const at = (x: number, y: number) => ({
          value: softplus(x + y - shift) + ridge * (x * x + y * y),
          gradient: [x, y].map(one => sigmoid(x + y - shift) + 2 * ridge * one),
          spread: sigmoid(x + y - shift) * sigmoid(shift - x - y),
        });
        const dense = denseMinimum(
          ([x = 0, y = 0]) => {
            const {value, gradient, spread} = at(x, y);
            const hessian = () => Float64Array.of(spread + 2 * ridge, spread, spread, spread + 2 * ridge);
            return {value, gradient: Float64Array.from(gradient), hessian};
          },
          [0, 0],
        );
        const two = newtonMinimum(
          ([x, y]) => {
            const {value, gradient, spread} = at(x, y);
            const [a = 0, b = 0] = gradient;
            return {value, gradient: [a, b], hessian: [spread + 2 * ridge, spread, spread + 2 * ridge]};
          },
          [0, 0],
        );
        return farthest(dense.point, two.point) < 1e-9;
      },
    );
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("refuses a start without a value", () => {
    expect(() => denseMinimum(at => ({...bowl(at), value: Number.NaN}), [0, 0])).toThrow(RangeError);
  });
});
