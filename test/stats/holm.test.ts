import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {holm} from "../../src/stats/holm.ts";
import {goldenStats} from "./golden.ts";

const pValues = fc.array(fc.option(fc.double({min: 0, max: 1, noNaN: true}), {nil: undefined}), {maxLength: 12});

describe("holm", () => {
  test.each(goldenStats.holm)("agrees with statsmodels on $p", ({p, corrected}) => {
    const seen = holm(p);
    expect(seen).toHaveLength(corrected.length);
    corrected.forEach((value, index) => {
      expect(seen[index]).toBeCloseTo(value, 12);
    });
  });

  test("never lowers a value, keeps order and ties, and stays within the Bonferroni correction", () => {
    fc.assert(
      fc.property(pValues, list => {
        const corrected = holm(list);
        const tests = list.filter(p => p !== undefined).length;
        expect(corrected.map(value => value === undefined)).toEqual(list.map(p => p === undefined));
        const broken = list.flatMap((p, i) =>
          list.map((other, j) => {
            const [now, then] = [corrected[i], corrected[j]];
            if (p === undefined || other === undefined || now === undefined || then === undefined) return false;
            return (
              now < p || now > Math.min(1, tests * p) || (p < other && now > then) || (p === other && now !== then)
            );
          }),
        );
        expect(broken).not.toContain(true);
      }),
    );
  });

  test("does not count a test that could not be made", () => {
    expect(holm([0.02, undefined, 0.03])).toEqual([0.04, undefined, 0.04]);
    expect(holm([])).toEqual([]);
  });

  test("refuses what is no p-value", () => {
    for (const p of [-0.1, 1.1, Number.NaN]) expect(() => holm([p])).toThrow(RangeError);
  });
});
