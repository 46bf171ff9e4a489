import {describe, expect, test} from "vitest";
import {metricList} from "../../src/metric/index.ts";
import {metricTable} from "../../src/metric/input.ts";
import {goldenCases, inputOf, versions} from "./cases.ts";

/** Nothing on both sides, or the same number to 1e-9. */
function expectSame(seen: number | undefined, wanted: number | null | undefined): void {
  if (wanted === null || wanted === undefined) expect(seen).toBeUndefined();
  else expect(Math.abs((seen ?? Number.NaN) - wanted)).toBeLessThan(1e-9);
}

describe(`scikit-learn ${versions["scikit-learn"]} and SciPy ${versions.scipy} agree`, () => {
  describe.each(goldenCases)("$name", golden => {
    const table = metricTable(inputOf(golden));

    test.each(metricList)("on $name, with its parts", metric => {
      const wanted = golden.expected.metrics[metric.name];
      const {result} = metric.prepare(table);
      expect(wanted).toBeDefined();
      expectSame(result.value, wanted?.value);
      expect(result.parts?.length).toBe(wanted?.parts?.length);
      wanted?.parts?.forEach((value, index) => {
        expectSame(result.parts?.[index]?.value, value);
      });
    });

    test.each(metricList)("on $name of documents that are repeated or missing", metric => {
      const wanted = golden.expectedWeighted.metrics[metric.name];
      expect(wanted).toBeDefined();
      expectSame(metric.prepare(table).value(Int32Array.from(golden.weights)), wanted?.value);
    });

    test("on documents without gold labels, on request", () => {
      const options = {documentsWithoutGold: "as-scikit-learn" as const};
      const wanted = golden.expected.asScikitLearn;
      const ranking = metricList.filter(metric => wanted[metric.name] !== undefined);
      expect(ranking.map(metric => metric.name)).toEqual(["label-ranking-average-precision", "coverage-error"]);
      for (const metric of ranking) expectSame(metric.prepare(table, options).result.value, wanted[metric.name]);
    });
  });
});
