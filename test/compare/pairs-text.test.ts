import {describe, expect, test} from "vitest";
import {sideBySideTables} from "../../src/compare/pairs-text.ts";
import {aRunOf, resultsOf, someDocuments} from "../report/synthetic.ts";

const documents = someDocuments(6);
const models = Array.from({length: 11}, (_, index) => ({
  name: `model-${index + 1}`,
  parameters: 1000 * 2 ** index,
  sharpness: 1 + index / 10,
}));
const results = resultsOf(
  models.map(model => aRunOf(model, documents)),
  20,
);

/** The numbers at the heads of each metric's tables. */
function headsByMetric(lineLength: number): number[][][] {
  const found = new Map<string, number[][]>();
  for (const table of sideBySideTables(results, lineLength).split("\n\n")) {
    const [head = ""] = table.split("\n");
    const metric = head.slice(0, head.indexOf("[")).trim();
    const numbers = [...head.matchAll(/\[(\d+)\]/g)].map(([, number]) => Number(number));
    found.set(metric, [...(found.get(metric) ?? []), numbers]);
  }
  return [...found.values()];
}

describe("sideBySideTables", () => {
  const all = models.map((_, index) => index + 1);

  test("has all runs in a table where the line has room", () => {
    expect(headsByMetric(130)).toEqual(results.settings.metrics.map(() => [all]));
  });

  test.each([60, 80, 100, 130])("keeps to lines of %i characters, with no table of a leftover run", lineLength => {
    const widest = Math.max(
      ...sideBySideTables(results, lineLength)
        .split("\n")
        .map(line => line.length),
    );
    expect(widest).toBeLessThanOrEqual(lineLength);
    const heads = headsByMetric(lineLength);
    expect(heads).toHaveLength(results.settings.metrics.length);
    for (const tables of heads) {
      expect(tables.flat()).toEqual(all);
      const sizes = tables.map(numbers => numbers.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(tables.length);
    }
  });

  test("gives a line without room a run a table", () => {
    expect(headsByMetric(10)).toEqual(results.settings.metrics.map(() => all.map(number => [number])));
  });
});
