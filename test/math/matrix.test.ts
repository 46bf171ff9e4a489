import {describe, expect, test} from "vitest";
import {addTimes, dot, matrixOf, pickRows, rowOf, timesVector, transposedTimesVector} from "../../src/math/matrix.ts";
import {rowsOf} from "./support.ts";

const M = matrixOf([
  [1, 2, 3],
  [4, 5, 6],
]);

describe("a matrix", () => {
  test("holds its rows one after the other", () => {
    expect(M).toEqual({rows: 2, columns: 3, data: Float64Array.of(1, 2, 3, 4, 5, 6)});
    expect([...rowOf(M, 1)]).toEqual([4, 5, 6]);
    expect(matrixOf([])).toEqual({rows: 0, columns: 0, data: new Float64Array(0)});
  });

  test("refuses rows of different length and numbers that are not finite", () => {
    expect(() => matrixOf([[1, 2], [3]])).toThrow(RangeError);
    expect(() => matrixOf([[1, Number.NaN]])).toThrow(RangeError);
    expect(() => matrixOf([[Number.POSITIVE_INFINITY]])).toThrow(RangeError);
  });

  test("times a vector, and transposed", () => {
    expect([...timesVector(M, Float64Array.of(1, 0, -1))]).toEqual([-2, -2]);
    expect([...transposedTimesVector(M, Float64Array.of(1, -1))]).toEqual([-3, -3, -3]);
  });

  test("gives a copy of some rows, in the order asked for", () => {
    const picked = pickRows(M, [1, 0, 1]);
    picked.data[0] = 99;
    expect(rowsOf(picked)).toEqual([
      [99, 5, 6],
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect([...rowOf(M, 1)]).toEqual([4, 5, 6]);
  });

  test("vectors multiply and add", () => {
    const sum = Float64Array.of(1, 2);
    addTimes(sum, -2, Float64Array.of(3, 5));
    expect([...sum]).toEqual([-5, -8]);
    expect(dot(Float64Array.of(1, 2), Float64Array.of(3, 4))).toBe(11);
  });
});
