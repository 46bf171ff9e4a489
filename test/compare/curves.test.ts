import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {ComparedRun} from "../../src/compare/compared-run.ts";
import {curvesOf} from "../../src/compare/curves.ts";
import {metrics} from "../../src/metric/index.ts";
import type {MetricInput} from "../../src/metric/input.ts";
import {metricTable} from "../../src/metric/input.ts";
import {curvesSchema} from "../../src/records/results/curves.ts";
import type {LabelStep} from "../../src/records/trace.ts";
import {anyDocuments, captured, labelStep, rng, run} from "../dynamics/support.ts";

const P = [0.4, 0.3, 0.2, 0.1];

/** A document whose steps have these entropies, first, second … */
const withEntropies = (id: string, ...bits: readonly number[]) =>
  captured(id, {steps: bits.map((entropyBits, index) => labelStep(index + 1, P, "joy", {entropyBits}))});

/** A model of a number of doublings; `entropies` by document. */
function model(
  doublings: number,
  entropies: Readonly<Record<string, readonly number[]>>,
  variant = "base",
): ComparedRun {
  const name = `${variant}${doublings}`;
  return run(
    Object.entries(entropies).map(([id, bits]) => withEntropies(id, ...bits)),
    {
      name,
      model: {
        variant,
        sha256: name.padEnd(64, "0"),
        totalParameters: 1000 * 2 ** doublings,
        nonEmbeddingParameters: 100 * 4 ** doublings,
      },
    },
  );
}

const curves = (runs: readonly ComparedRun[]) => curvesOf(runs, {rng: rng(), resamples: 40}).ladder?.base ?? {};

describe("size curves", () => {
  test("are exact for a family that is linear in the logarithm of its size", () => {
    const runs = [0, 1, 3].map(d => model(d, {a: [2 - 0.5 * d], b: [3 - 0.5 * d]}));
    const {step1} = curves(runs);
    expect(step1?.points.map(({run: name, total, value, n}) => [name, total, value, n])).toEqual([
      ["base0", 1000, 2.5, 2],
      ["base1", 2000, 2, 2],
      ["base3", 8000, 1, 2],
    ]);
    expect(step1?.slope.value).toBeCloseTo(-0.5, 12);
    // Without the embeddings these sizes double twice as often.
    expect(step1?.nonEmbeddingSlope.value).toBeCloseTo(-0.25, 12);
    expect(step1).toMatchObject({matched: true, doublings: 3, unit: "bits", steps: "first"});
  });

  test("tell selection from belief: the same beliefs, but the larger model goes on where it is sure", () => {
    // Each document has the same second step in every model that has one.
    const all = {a: [1, 4], b: [1, 2], c: [1, 0]};
    const runs = [model(0, all), model(1, {a: [1], b: [1, 2], c: [1, 0]}), model(2, {a: [1], b: [1], c: [1, 0]})];
    const {laterMatched, laterUnmatched, laterMatchedLine} = curves(runs);
    expect(laterUnmatched?.points.map(({value, n}) => [value, n])).toEqual([
      [2, 3],
      [1, 2],
      [0, 1],
    ]);
    expect(laterUnmatched?.slope).toMatchObject({value: -1, n: 1});
    expect(laterUnmatched).toMatchObject({matched: false, steps: "later"});
    expect(laterMatched?.points.map(({value, n}) => [value, n])).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    expect(laterMatched?.slope.value).toBeCloseTo(0, 12);
    expect(laterMatched?.selection?.value).toBeCloseTo(-1, 12);
    expect(laterMatchedLine).toBeUndefined();
  });

  test("match later steps over all compared models, and within the line where that is another set", () => {
    const runs = [0, 1, 2].map(d => model(d, {a: [1, 1 + d], b: [1, 5]}));
    const tuned = model(0, {a: [1, 9], b: [1]}, "sft");
    const {laterMatched, laterMatchedLine} = curves([...runs, tuned]);
    expect(laterMatched?.points.map(({value, n}) => [value, n])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(laterMatchedLine?.points.map(({n}) => n)).toEqual([2, 2, 2]);
    expect(laterMatchedLine?.slope.value).toBeCloseTo(0.5, 12);
  });

  test("match by place: a third step is only held against third steps", () => {
    const runs = [model(0, {a: [1, 2, 4]}), model(1, {a: [1, 3]}), model(2, {a: [1, 5, 7]})];
    expect(curves(runs).laterMatched?.points.map(({value}) => value)).toEqual([2, 3, 5]);
    expect(curves(runs).laterUnmatched?.points.map(({value}) => value)).toEqual([3, 3, 6]);
  });

  test("are on the documents that every run has captured", () => {
    const runs = [model(0, {a: [1], b: [3]}), model(1, {b: [2], c: [9]})];
    expect(curves(runs).step1?.points.map(({value, n}) => [value, n])).toEqual([
      [3, 1],
      [2, 1],
    ]);
    expect(curves(runs).step1?.difference?.value).toBeCloseTo(-1, 12);
    expect(curves(runs).step1?.slope.reason).toBe("two sizes: a difference, no slope");
  });

  test("say of one model, one document, no later step and no common document what is missing", () => {
    const alone = curves([model(0, {a: [1]})]);
    expect(alone.step1?.slope.reason).toMatch(/^one size/);
    expect(alone.step1?.points[0]).toMatchObject({value: 1, n: 1, note: expect.stringMatching(/^no interval/)});
    expect(alone.laterMatched?.points[0]?.reason).toMatch(/no later step/);
    expect(alone.laterUnmatched?.slope.reason).toBe("no model has a value");
    const apart = curves([model(0, {a: [1]}), model(1, {b: [1]})]);
    expect(apart.step1?.points.map(({reason}) => reason)).toEqual([
      "no document has a first label step in all models of the line",
      "no document has a first label step in all models of the line",
    ]);
    expect(curvesOf([], {rng: rng()})).toEqual({});
  });

  test("follow their schema, whatever the documents and in whatever order", () => {
    fc.assert(
      fc.property(anyDocuments, anyDocuments, (one, other) => {
        const runs = [one, other].map((documents, index) =>
          run(documents, {
            name: `r${index}`,
            model: {totalParameters: 10 ** (index + 1), sha256: `${index}`.repeat(64)},
          }),
        );
        const record = curvesOf(runs, {rng: rng(), resamples: 10});
        expect(curvesSchema.safeParse(record).error).toBeUndefined();
        const reversed = runs.map(one => ({
          ...one,
          documents: {...one.documents, test: one.documents.test.toReversed()},
        }));
        expect(curvesOf(reversed, {rng: rng(), resamples: 10})).toEqual(record);
      }),
      {numRuns: 12},
    );
  });
});

describe("metric curves", () => {
  const ids = ["a", "b", "c"];
  const labels = ["anger", "fear", "joy"];
  const gold = [
    [true, false, false],
    [false, true, true],
    [false, false, true],
  ];
  const input = (q: readonly (readonly number[] | undefined)[]): MetricInput => ({
    labels,
    documents: ids.map((id, index) => ({
      id,
      q: q[index],
      human: (gold[index] ?? []).map(Number),
      gold: gold[index],
    })),
  });
  const runs = [0, 1, 2].map(d => model(d, {a: [1], b: [1], c: [1]}));
  const step = (d: number): LabelStep["probabilities"] => [0.2 + 0.1 * d, 0.3, 0.4];
  const estimates = Object.fromEntries(
    runs.map(({name}, d) => [
      name,
      {
        "first-step": {input: input([step(d), [0.1, 0.6, 0.5], d === 1 ? undefined : [0.9, 0.1, 0.9]])},
        constant: {input: input(ids.map(() => [0.1, 0.1, 0.1]))},
        ...(d === 0 ? {probe: {input: input(ids.map(() => [0.5, 0.5, 0.5]))}} : {}),
      },
    ]),
  );
  const seen: Readonly<Record<string, {points: readonly {value?: number | undefined; n: number}[]; slope: object}>> =
    curvesOf(runs, {rng: rng(), resamples: 20, estimates}).ladder?.base ?? {};

  test("have each metric's value on the documents with an estimate in all models", () => {
    const names = {nll: "nll", l1: "l1", exampleF1: "example-f1", averagePrecision: "average-precision"} as const;
    for (const [name, metric] of Object.entries(names)) {
      const values = runs.map((_, d) => {
        const table = metricTable(input([step(d), [0.1, 0.6, 0.5], undefined]));
        return metrics[metric].prepare(table).result.value;
      });
      expect(seen[`${name}.first-step`]?.points.map(({value}) => value)).toEqual(values);
      expect(seen[`${name}.first-step`]?.points.map(({n}) => n)).toEqual([2, 2, 2]);
      expect(seen[`${name}.first-step`]).toMatchObject({estimator: "first-step", matched: true});
    }
  });

  test("take average precision as it was scored where the documents are the same, and score again where they are not", () => {
    const draws = {documents: 3, estimate: 0.5, replicates: Array<number>(20).fill(0.25), influences: undefined};
    const ready = {documents: 3, result: {value: 0.5, n: 3, leftOut: []}, value: () => 0.5};
    const scored = new Map([["average-precision", {draws, ready}]]);
    const withScored = Object.fromEntries(
      Object.entries(estimates).map(([name, {"first-step": first}]) => [
        name,
        {"first-step": {...first, scored}, whole: {input: input(ids.map(() => step(1))), scored}},
      ]),
    );
    const found = curvesOf(runs, {rng: rng(), resamples: 20, estimates: withScored}).ladder?.base ?? {};
    expect(found["averagePrecision.whole"]?.points.map(({value}) => value)).toEqual([0.5, 0.5, 0.5]);
    const [one, two, three] = found["averagePrecision.first-step"]?.points ?? [];
    // The second run lacks the document itself, so that its score is without it already.
    expect(two?.value).toBe(0.5);
    const anew = seen["averagePrecision.first-step"]?.points;
    expect([one, three]).toEqual([anew?.[0], anew?.[2]]);
  });

  test("are there for estimators that every model has and that read a model", () => {
    expect(Object.keys(seen).filter(name => name.includes("."))).toEqual([
      "nll.first-step",
      "l1.first-step",
      "exampleF1.first-step",
      "averagePrecision.first-step",
    ]);
  });

  test("have a slope: L1 falls by 0.1 per doubling on one document of two", () => {
    const slope = seen["l1.first-step"]?.slope;
    expect(slope && "value" in slope ? slope.value : Number.NaN).toBeCloseTo(-0.05, 12);
  });
});
