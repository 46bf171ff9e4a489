import {readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import {type LogisticModel, logisticEstimate, logisticRegression} from "../../src/math/logistic-regression.ts";
import {type Matrix, matrixOf} from "../../src/math/matrix.ts";
import {createRng} from "../../src/math/rng.ts";
import {farthest, randomMatrix, rowsOf} from "./support.ts";

const golden = z
  .object({
    logistic: z.array(
      z.object({
        name: z.string(),
        features: z.array(z.array(z.number())),
        targets: z.array(z.number()),
        c: z.number(),
        weights: z.array(z.number()),
        intercept: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../golden/probe.golden.json"), "utf8")));

function fitted(...args: Parameters<typeof logisticRegression>): LogisticModel {
  const model = logisticRegression(...args);
  if ("reason" in model) throw new Error(model.reason);
  return model;
}

/** The objective, written down once more. */
const loss = (features: Matrix, targets: readonly number[], c: number, {weights, intercept}: LogisticModel) =>
  rowsOf(features).reduce(
    (sum, row, index) => {
      const z = row.reduce((total, x, place) => total + x * (weights[place] ?? 0), intercept);
      const t = targets[index] ?? 0;
      return sum + c * (t * Math.log(1 + Math.exp(-z)) + (1 - t) * Math.log(1 + Math.exp(z)));
    },
    weights.reduce((sum, weight) => sum + (weight * weight) / 2, 0),
  );

const problems = fc
  .record({
    rows: fc.integer({min: 2, max: 25}),
    columns: fc.integer({min: 1, max: 6}),
    seed: fc.integer(),
    c: fc.constantFrom(1e-3, 0.1, 1, 30),
  })
  .chain(({rows, columns, seed, c}) =>
    fc.array(fc.constantFrom(0, 1 / 3, 0.5, 1), {minLength: rows, maxLength: rows}).map(targets => ({
      features: randomMatrix(rows, columns, createRng(seed)),
      targets: [0, ...targets.slice(1, -1), 1],
      c,
    })),
  );

describe("a logistic regression", () => {
  test("there are golden cases", () => {
    expect(golden.logistic.length).toBeGreaterThanOrEqual(7);
  });

  test.each(golden.logistic)("is scikit-learn's: $name", ({features, targets, c, weights, intercept}) => {
    const model = fitted(matrixOf(features), targets, {c});
    const size = Math.max(1, ...weights.map(Math.abs), Math.abs(intercept));
    expect(farthest(model.weights, weights)).toBeLessThan(1e-8 * size);
    expect(Math.abs(model.intercept - intercept)).toBeLessThan(1e-8 * size);
  });

  test("without features is the logit of the mean share", () => {
    const {weights, intercept} = fitted({rows: 4, columns: 0, data: new Float64Array(0)}, [0, 0.5, 0.5, 0], {c: 1});
    expect(weights).toHaveLength(0);
    expect(intercept).toBeCloseTo(Math.log(0.25 / 0.75), 10);
  });

  test("is no worse than its neighbours and keeps the mean", () => {
    const holds = fc.property(problems, ({features, targets, c}) => {
      const model = fitted(features, targets, {c});
      const here = loss(features, targets, c, model);
      const off = rowsOf(features).reduce(
        (sum, row, index) => sum + logisticEstimate(model, Float64Array.from(row)) - (targets[index] ?? 0),
        0,
      );
      const neighbours = [0.01, -0.01].flatMap(by => [
        {...model, intercept: model.intercept + by},
        ...Array.from(model.weights, (weight, place) => ({...model, weights: model.weights.with(place, weight + by)})),
      ]);
      return Math.abs(off) < 1e-7 && neighbours.every(there => here <= loss(features, targets, c, there) + 1e-10);
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("does not depend on where it starts", () => {
    const holds = fc.property(problems, fc.double({min: -2, max: 2, noNaN: true}), ({features, targets, c}, away) => {
      const start = {weights: new Float64Array(features.columns).fill(away), intercept: -away};
      const [one, other] = [fitted(features, targets, {c}), fitted(features, targets, {c, start})];
      return farthest([...one.weights, one.intercept], [...other.weights, other.intercept]) < 1e-6;
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("takes a share as so much of each class", () => {
    const features = matrixOf([[-1], [0.5], [2], [1]]);
    const shares = fitted(features, [0, 0.25, 1, 0.5], {c: 2});
    // Every document four times, as classes: a quarter of the weight each.
    const rows = rowsOf(features).flatMap(row => [row, row, row, row]);
    const classes = fitted(matrixOf(rows), [0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0], {c: 0.5});
    expect(Math.abs((shares.weights[0] ?? 0) - (classes.weights[0] ?? 1))).toBeLessThan(1e-10);
    expect(Math.abs(shares.intercept - classes.intercept)).toBeLessThan(1e-10);
  });

  test.each([
    ["nothing", [], "there is nothing to learn from"],
    ["a label that nothing has", [0, 0], "nothing to learn from has the label"],
    ["a label that everything has", [1, 1], "everything to learn from has the label"],
  ])("has a reason for %s", (_what, targets, reason) => {
    expect(logisticRegression(matrixOf(targets.map(() => [1])), targets, {c: 1})).toEqual({reason});
  });

  test("refuses sizes that do not fit and a penalty that is none", () => {
    expect(() => logisticRegression(matrixOf([[1]]), [0, 1], {c: 1})).toThrow(RangeError);
    for (const c of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => logisticRegression(matrixOf([[1], [2]]), [0, 1], {c})).toThrow(RangeError);
    }
  });
});
