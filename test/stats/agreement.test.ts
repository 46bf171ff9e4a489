import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import {fleissKappa, type Judgement, krippendorffAlpha} from "../../src/stats/agreement.ts";

const pair = z.object({kappa: z.number().nullable(), alpha: z.number().nullable()});
const {cases, versions} = z
  .object({
    versions: z.record(z.string(), z.string()),
    cases: z.array(
      z.object({
        name: z.string(),
        given: z.array(z.array(z.number())),
        annotators: z.array(z.number()),
        labels: z.array(pair),
        pooled: pair,
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../golden/agreement.golden.json"), "utf8")));

describe(`statsmodels ${versions.statsmodels} and krippendorff ${versions.krippendorff} agree`, () => {
  test.each(cases)("on $name", ({given, annotators, labels, pooled}) => {
    const uneven = new Set(annotators).size > 1;
    const units = labels.map((_, label) =>
      given.map((row, index): Judgement => ({row: index, given: row[label] ?? 0, annotators: annotators[index] ?? 0})),
    );
    const wanted = [...labels, pooled];
    const kappas = [...units, units.flat()].map(some => fleissKappa(some) ?? null);
    const alphas = [...units, units.flat()].map(some => krippendorffAlpha(some) ?? null);
    expect(alphas).toEqual(wanted.map(({alpha}) => (alpha === null ? null : expect.closeTo(alpha, 12))));
    // statsmodels wants one number of annotators for all documents.
    expect(uneven ? [] : kappas).toEqual(
      uneven ? [] : wanted.map(({kappa}) => (kappa === null ? null : expect.closeTo(kappa, 12))),
    );
  });
});

describe("on paper", () => {
  const of = (given: number, annotators: number, row = 0): Judgement => ({row, given, annotators});

  test("two annotators who agree on one document and not on the other: κ −1/3, α 0", () => {
    // Chance: 3 of 4 judgements are yes. Observed 1/2, expected 9/16 + 1/16; α: 1 − (2/4) / (2·3·1 / (4·3)).
    const units = [of(2, 2), of(1, 2, 1)];
    expect(fleissKappa(units)).toBeCloseTo((1 / 2 - 10 / 16) / (6 / 16), 12);
    expect(krippendorffAlpha(units)).toBeCloseTo(0, 12);
  });

  test("a document with one annotator changes nothing", () => {
    const units = [of(2, 2), of(1, 2, 1), of(0, 2, 2)];
    expect(fleissKappa([...units, of(1, 1, 3)])).toBe(fleissKappa(units));
    expect(krippendorffAlpha([...units, of(1, 1, 3)])).toBe(krippendorffAlpha(units));
  });

  test("a document that counts twice is two documents", () => {
    const units = [of(2, 3), of(0, 3, 1), of(3, 3, 2)];
    const twice = [of(2, 3), of(2, 3, 3), of(3, 3, 2)];
    expect(fleissKappa(units, Int32Array.of(2, 0, 1))).toBeCloseTo(fleissKappa(twice) ?? Number.NaN, 12);
    expect(krippendorffAlpha(units, Int32Array.of(2, 0, 1))).toBeCloseTo(krippendorffAlpha(twice) ?? Number.NaN, 12);
  });

  test("where all say the same there is nothing to agree on, which is not 1", () => {
    expect(fleissKappa([of(0, 3), of(0, 2, 1)])).toBeUndefined();
    expect(krippendorffAlpha([of(3, 3)])).toBeUndefined();
  });
});
