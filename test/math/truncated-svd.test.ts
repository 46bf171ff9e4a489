import {readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import {dot, matrixOf, timesVector} from "../../src/math/matrix.ts";
import {createRng} from "../../src/math/rng.ts";
import {truncatedSvd} from "../../src/math/truncated-svd.ts";
import {farthest, randomMatrix} from "./support.ts";

const numbers = z.array(z.array(z.number()));
const golden = z
  .object({
    svd: z.array(
      z.object({
        name: z.string(),
        rows: numbers,
        k: z.int(),
        singularValues: z.array(z.number()),
        directions: numbers,
        explainedVariance: z.array(z.number()).optional(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../golden/probe.golden.json"), "utf8")));

describe("a truncated singular value decomposition", () => {
  test("there are golden cases, one of them with principal components", () => {
    expect(golden.svd.length).toBeGreaterThanOrEqual(5);
    expect(golden.svd.filter(({explainedVariance}) => explainedVariance !== undefined)).toHaveLength(1);
  });

  test.each(golden.svd)("is scikit-learn's up to sign: $name", ({rows, k, singularValues, directions}) => {
    const found = truncatedSvd(matrixOf(rows), k, createRng(1));
    const scale = singularValues[0] ?? 0;
    expect(farthest(found.singularValues, singularValues)).toBeLessThan(1e-10 * scale);
    const cosines = found.directions.map((one, index) => dot(one, Float64Array.from(directions[index] ?? [])));
    expect(farthest(cosines.map(Math.abs), Array(k).fill(1))).toBeLessThan(1e-10);
  });

  test.each(
    golden.svd.flatMap(({explainedVariance, ...one}) => (explainedVariance ? [{...one, explainedVariance}] : [])),
  )("of centred columns has the variances of the principal components: $name", ({rows, k, explainedVariance}) => {
    const {singularValues} = truncatedSvd(matrixOf(rows), k, createRng(1));
    const variances = singularValues.map(value => value ** 2 / (rows.length - 1));
    expect(farthest(variances, explainedVariance)).toBeLessThan(1e-9);
  });

  test("of a diagonal matrix by hand: its largest entries, and their axes pointed up", () => {
    const {singularValues, directions} = truncatedSvd(
      matrixOf([
        [0, 0, -5],
        [0, 3, 0],
        [1, 0, 0],
      ]),
      2,
      createRng(2),
    );
    expect(farthest(singularValues, [5, 3])).toBeLessThan(1e-12);
    expect(farthest(directions[0] ?? [], [0, 0, 1])).toBeLessThan(1e-9);
    expect(farthest(directions[1] ?? [], [0, 1, 0])).toBeLessThan(1e-9);
  });

  test("has unit directions at right angles that the matrix stretches by the singular values", () => {
    const sizes = fc.record({rows: fc.integer({min: 1, max: 30}), columns: fc.integer({min: 1, max: 30})});
    const holds = fc.property(sizes, fc.integer({min: 1, max: 35}), fc.integer(), ({rows, columns}, k, seed) => {
      const m = randomMatrix(rows, columns, createRng(seed));
      const {singularValues, directions} = truncatedSvd(m, k, createRng(`${seed}/start`));
      const images = directions.map(direction => timesVector(m, direction));
      const [largest = 0] = singularValues;
      return (
        singularValues.every((value, index) => value > 0 && value <= (singularValues[index - 1] ?? value)) &&
        directions.every((one, index) =>
          directions.every((other, place) => Math.abs(dot(one, other) - (index === place ? 1 : 0)) < 1e-6),
        ) &&
        images.every((image, index) => {
          const length = Math.sqrt(dot(image, image));
          return Math.abs(length - (singularValues[index] ?? 0)) < 1e-7 * largest;
        })
      );
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("gives no more than the rank", () => {
    const rng = createRng(5);
    const [left, right] = [randomMatrix(30, 3, rng), randomMatrix(20, 3, rng)];
    const low = matrixOf(
      Array.from({length: 30}, (_, row) => [...timesVector(right, left.data.subarray(3 * row, 3 * row + 3))]),
    );
    expect(truncatedSvd(low, 10, createRng(1)).singularValues).toHaveLength(3);
    expect(
      truncatedSvd(
        matrixOf([
          [0, 0],
          [0, 0],
        ]),
        2,
        createRng(1),
      ).singularValues,
    ).toEqual([]);
    expect(truncatedSvd(matrixOf([]), 2, createRng(1)).singularValues).toEqual([]);
  });

  test("finds every copy of a singular value in a small matrix: a unit matrix has n of them", () => {
    const n = 12;
    const unit = matrixOf(
      Array.from({length: n}, (_, row) => Array.from({length: n}, (_one, c) => (c === row ? 1 : 0))),
    );
    const {singularValues, directions} = truncatedSvd(unit, n, createRng(1));
    expect(farthest(singularValues, Array(n).fill(1))).toBeLessThan(1e-12);
    expect(directions).toHaveLength(n);
  });

  test("does not depend on where it starts, in a matrix too large to be walked through", () => {
    const m = randomMatrix(150, 120, createRng(9));
    const [one, other] = [truncatedSvd(m, 4, createRng("a")), truncatedSvd(m, 4, createRng("b"))];
    expect(farthest(one.singularValues, other.singularValues)).toBeLessThan(1e-9);
    const apart = one.directions.map((direction, index) => farthest(direction, other.directions[index] ?? []));
    expect(Math.max(...apart)).toBeLessThan(1e-6);
    expect(one.directions).toHaveLength(4);
  });

  test.each([0, -1, 1.5])("refuses %s components", k => {
    expect(() => truncatedSvd(matrixOf([[1]]), k, createRng(1))).toThrow(RangeError);
  });
});
