import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {matrixOf} from "../../src/math/matrix.ts";
import {columnScale, standardised} from "../../src/math/standardise.ts";
import {rowsOf} from "./support.ts";

describe("standardised columns", () => {
  test("by hand: mean 2 and deviation over n of 1, 3", () => {
    const m = matrixOf([
      [1, 5],
      [3, 5],
    ]);
    const scale = columnScale(m);
    expect([[...scale.mean], [...scale.deviation]]).toEqual([
      [2, 5],
      [1, 1],
    ]);
    expect(rowsOf(standardised(m, scale))).toEqual([
      [-1, 0],
      [1, 0],
    ]);
  });

  test("are a copy", () => {
    const m = matrixOf([[1], [3]]);
    standardised(m, columnScale(m));
    expect([...m.data]).toEqual([1, 3]);
  });

  test("treat a column as constant where only rounding is left of it", () => {
    const m = matrixOf([[0.1 + 0.2], [0.3], [0.3]]);
    expect([...columnScale(m).deviation]).toEqual([1]);
  });

  test("have mean 0 and deviation 1, or are 0 throughout", () => {
    const entry = fc.integer({min: -1000, max: 1000});
    const holds = fc.property(fc.array(fc.tuple(entry, entry), {minLength: 1, maxLength: 20}), rows => {
      const there = rowsOf(standardised(matrixOf(rows), columnScale(matrixOf(rows))));
      return [0, 1].every(column => {
        const values = there.map(row => row[column] ?? Number.NaN);
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
        const constant = rows.every(row => row[column] === rows[0]?.[column]);
        return Math.abs(mean) < 1e-9 && Math.abs(square - (constant ? 0 : 1)) < 1e-9;
      });
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test("need a row", () => {
    expect(() => columnScale(matrixOf([]))).toThrow(RangeError);
  });
});
