import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import {classify, fitClassifier, INVERSE_PENALTIES} from "../../src/estimate/classifier.ts";
import {matrixOf} from "../../src/math/matrix.ts";
import {createRng} from "../../src/math/rng.ts";
import {close} from "./support.ts";

const numbers = z.array(z.array(z.number()));
const golden = z
  .object({
    classifier: z.array(
      z.object({
        name: z.string(),
        train: numbers,
        human: numbers,
        fold: z.array(z.int()),
        test: numbers,
        components: z.int(),
        heldOutNats: z.array(z.number()),
        inversePenalty: z.number(),
        values: numbers,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../golden/probe.golden.json"), "utf8")));

const foldsFrom = (fold: readonly number[]) =>
  [...new Set(fold)].map(part => ({
    held: [...fold.keys()].filter(index => fold[index] === part),
    rest: [...fold.keys()].filter(index => fold[index] !== part),
  }));

describe("the classifier of probe and encoder", () => {
  test("there are golden cases, with fewer and with more directions than are kept, and several penalties", () => {
    expect(golden.classifier.length).toBeGreaterThanOrEqual(4);
    expect(golden.classifier.map(({components}) => components)).toContain(64);
    expect(new Set(golden.classifier.map(({inversePenalty}) => inversePenalty)).size).toBeGreaterThan(1);
  });

  test.each(golden.classifier)("is scikit-learn's: $name", one => {
    const found = fitClassifier(matrixOf(one.train), one.human, {folds: foldsFrom(one.fold)});
    expect(found.components).toBe(one.components);
    expect(close(found.heldOutNats, one.heldOutNats, 1e-6)).toBe(true);
    expect(found.inversePenalty).toBe(one.inversePenalty);
    for (const [index, row] of one.test.entries()) {
      expect(close(classify(found, Float64Array.from(row)), one.values[index] ?? [], 1e-6)).toBe(true);
    }
  });

  test("finds a label that one feature decides, among features that say nothing", () => {
    const rng = createRng(4);
    const rows = Array.from({length: 200}, () => Array.from({length: 20}, () => rng() - 0.5));
    const targets = rows.map(row => ((row[7] ?? 0) > 0 ? 1 : 0));
    const found = fitClassifier(matrixOf(rows), [targets]);
    const right = Array.from({length: 200}, () => Array.from({length: 20}, () => rng() - 0.5)).filter(
      row => (classify(found, Float64Array.from(row))[0] ?? 0) > 0.5 === (row[7] ?? 0) > 0,
    );
    expect(right.length).toBeGreaterThan(180);
  });

  test("keeps close to the mean share where there is nothing to learn", () => {
    const rng = createRng(11);
    const rows = Array.from({length: 300}, () => Array.from({length: 30}, () => rng() - 0.5));
    const found = fitClassifier(matrixOf(rows), [rows.map(() => (rng() < 0.3 ? 1 : 0))]);
    const values = rows.map(row => classify(found, Float64Array.from(row))[0] ?? Number.NaN);
    expect(found.inversePenalty).toBeLessThan(0.1);
    const scatter = values.reduce((sum, value) => sum + Math.abs(value - 0.3), 0) / values.length;
    expect(scatter).toBeLessThan(0.08);
    expect(found.heldOutNats).toHaveLength(INVERSE_PENALTIES.length);
    expect(found.heldOutNats[0] ?? 9).toBeLessThan(found.heldOutNats.at(-1) ?? 0);
  });

  test("gives a label that nobody gave the smoothed share, and says so", () => {
    const rows = Array.from({length: 12}, (_, row) => [row, row % 3]);
    const {labels} = fitClassifier(matrixOf(rows), [rows.map(() => 0), rows.map((_, row) => row % 2)]);
    const [never, some] = labels;
    expect(never?.constant).toBe("nothing to learn from has the label");
    expect(1 / (1 + Math.exp(-(never?.intercept ?? 0)))).toBeCloseTo(0.5 / 13, 12);
    expect([...(never?.weights ?? [])]).toEqual([0, 0]);
    expect(some).not.toHaveProperty("constant");
  });

  test("of features that never change is the mean share", () => {
    const found = fitClassifier(matrixOf(Array.from({length: 10}, () => [3, 3])), [[1, 0, 0, 0, 0, 0, 0, 0, 0, 1]]);
    expect(found.components).toBe(0);
    expect(classify(found, Float64Array.of(3, 3))[0]).toBeCloseTo(0.2, 9);
  });
});
