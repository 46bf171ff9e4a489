import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {ComparedDocument} from "../../src/compare/compared-run.ts";
import {dynamicsOf} from "../../src/dynamics/dynamics.ts";
import {metricTable} from "../../src/metric/input.ts";
import {reliability} from "../../src/metric/reliability.ts";
import {dynamicsSchema} from "../../src/records/results/dynamics.ts";
import {anyDocuments, captured, labelStep, rng, run} from "./support.ts";

const RESAMPLES = 10;

function dynamics(documents: readonly ComparedDocument[], about: Parameters<typeof run>[1] = {}) {
  const {manifest, documents: splits} = run(documents, about);
  return dynamicsOf({manifest, documents: splits.test}, {rng: rng(), resamples: RESAMPLES});
}

/** Every measured number of a record, with its path. */
function measuredIn(record: unknown, path = ""): {path: string; value?: unknown; reason?: unknown; n?: unknown}[] {
  if (typeof record !== "object" || record === null) return [];
  if ("n" in record && ("value" in record || "reason" in record) && !("rows" in record)) return [{path, ...record}];
  return Object.entries(record).flatMap(([name, part]) => measuredIn(part, `${path}.${name}`));
}

describe("dynamicsOf", () => {
  test("makes a record of its schema from any documents", () => {
    fc.assert(
      fc.property(anyDocuments, documents => {
        const record = dynamics(documents);
        expect(dynamicsSchema.safeParse(record).error).toBeUndefined();
      }),
      {numRuns: 20},
    );
  });

  test("does not depend on the order of the documents", () => {
    const shuffled = anyDocuments.chain(documents =>
      fc.tuple(
        fc.constant(documents),
        fc.shuffledSubarray(documents, {minLength: documents.length, maxLength: documents.length}),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([documents, other]) => {
        expect(dynamics(other)).toEqual(dynamics(documents));
      }),
      {numRuns: 12},
    );
  });

  test("counts no more documents than there are, and shares lie in [0, 1]", () => {
    fc.assert(
      fc.property(anyDocuments, documents => {
        const {wellFormed, order, multiLabel, ranking, steps} = dynamics(documents);
        for (const {path, value, n} of measuredIn({wellFormed, order, multiLabel, ranking})) {
          expect(Number(n), path).toBeLessThanOrEqual(documents.length);
          expect(Number(value ?? 0), path).toBeGreaterThanOrEqual(0);
          expect(Number(value ?? 1), path).toBeLessThanOrEqual(1);
        }
        for (const step of Object.values(steps)) {
          expect(step.intermediate.n + step.last.n + step.cut).toBe(step.all.n);
        }
      }),
      {numRuns: 20},
    );
  });

  test("says of no documents why each number is missing", () => {
    const record = dynamics([]);
    const numbers = measuredIn(record);
    expect(numbers.length).toBeGreaterThan(40);
    expect(numbers.filter(({value}) => value !== undefined)).toEqual([]);
    expect(record).toMatchObject({documents: 0, confusion: {n: 0, reason: "no document has a trace"}});
    expect(record.wellFormed.share).toEqual({reason: "no document has a trace", n: 0});
  });

  test("gives one document its numbers without intervals, saying so", () => {
    const one = captured("a", {
      steps: [labelStep(1, [0.7, 0.1, 0.1, 0.1], "anger")],
      labels: ["anger"],
      gold: ["anger"],
    });
    const {steps, multiLabel} = dynamics([one]);
    expect(steps["1"]?.all.entropyBits).toMatchObject({n: 1, mean: {n: 1, note: expect.stringMatching(/1 document/)}});
    expect(steps["1"]?.all.entropyBits.mean.lower).toBeUndefined();
    expect(steps["1"]?.all.entropyBits.outline?.kind).toBe("point");
    expect(multiLabel.answers.value).toBe(0);
  });

  test("says without annotations that there are none, and still describes the model", () => {
    const documents = ["a", "b"].map(id =>
      captured(id, {
        steps: [labelStep(1, [0.7, 0.1, 0.1, 0.1], "anger"), labelStep(2, [0.1, 0.7, 0.1, 0.1], "fear")],
        labels: ["anger", "fear"],
        gold: "none",
      }),
    );
    const record = dynamics(documents);
    expect(record.accuracyByOrder["1"]).toEqual({reason: "no annotated document has an answer with two labels", n: 0});
    expect(record.confusion.reason).toBe("no document is annotated");
    expect(record.diversity.gold.mostCommonShare.reason).toBe("no document is annotated");
    expect(record.multiLabel).toMatchObject({answers: {value: 1, n: 2}, gold: {reason: "no document is annotated"}});
    expect(record.order.alphabetical.value).toBe(1);
  });

  test("describes a run whose answers are all malformed", () => {
    const documents = ["a", "b"].map(id =>
      captured(id, {
        steps: [labelStep(1, [0.7, 0.1, 0.1, 0.1], "other", {kind: "cut", forced: true})],
        problems: ["not-closed", "no-label-step"],
        text: `nonsense ${id}`,
      }),
    );
    const record = dynamics(documents);
    expect(record.wellFormed.share.value).toBe(0);
    expect(record.wellFormed.problems["no-label-step"]?.value).toBe(1);
    expect(record.steps["1"]).toMatchObject({cut: 2, forced: 2, last: {n: 0}});
    expect(record.ranking.secondIsRankedSecond).toEqual({reason: "no document emits a second label", n: 0});
    expect(record.diversity.answers).toMatchObject({distinct: 2, mostCommonShare: {value: 0.5}});
    expect(record.confusion.emitted.at(-1)).toBe(2);
  });

  test("says of forced answers that they are not the model's own, and still reads the beliefs", () => {
    const documents = ["a", "b"].map(id =>
      captured(id, {
        steps: [labelStep(1, [0.7, 0.2, 0.05, 0.05], "anger"), labelStep(2, [0.1, 0.7, 0.1, 0.1], "fear")],
        labels: ["anger", "fear"],
        gold: ["anger"],
      }),
    );
    const record = dynamics(documents, {identity: {forceAnswers: "gold"}});
    const why = "the answers were forced (gold), not the model's own";
    expect(record.forcedAnswers).toBe("gold");
    expect(record.wellFormed.share).toEqual({reason: why, n: 0});
    expect(record.ranking.secondIsRankedSecond).toEqual({reason: why, n: 0});
    expect(record.secondFate["1"]).toMatchObject({isNextArgmax: {value: 1}, isEmittedNext: {reason: why}});
    expect(record.confusion.reason).toBe(why);
    expect(record.steps["2"]?.all.n).toBe(2);
  });

  test("counts documents without a trace, and steps beyond the eighth", () => {
    const many = captured("a", {
      steps: Array.from({length: 10}, (_, index) => labelStep(index + 1, [0.7, 0.1, 0.1, 0.1], "joy!")),
    });
    const {document, split} = captured("b", {});
    const record = dynamics([many, {document, split}]);
    expect(record).toMatchObject({documents: 1, withoutTrace: 1, stepsBeyond: 2});
    expect(Object.keys(record.steps)).toHaveLength(8);
  });
});

describe("calibration curves", () => {
  test("have the bins of the reliability diagram, in the unit of documents", () => {
    const share = fc.double({min: 0, max: 1, noNaN: true});
    const values = fc.array(fc.tuple(share, share, share), {minLength: 1, maxLength: 12});
    fc.assert(
      fc.property(values, drawn => {
        const documents = drawn.map((_, index) => captured(`d${index}`, {gold: index % 2 === 0 ? ["joy"] : ["fear"]}));
        const {manifest, documents: splits} = run(documents);
        const labels = ["anger", "fear", "joy"];
        const estimated = {labels, documents: drawn.map((q, index) => ({id: `d${index}`, estimate: {values: q}}))};
        const {reliability: curves} = dynamicsOf(
          {manifest, documents: splits.test},
          {rng: rng(), resamples: 5, estimates: {one: estimated}},
        );
        const expected = reliability(
          metricTable({
            labels,
            documents: drawn.map((q, index) => ({
              id: `d${index}`,
              q,
              human: index % 2 === 0 ? [0, 0, 1] : [0, 1, 0],
              gold: undefined,
            })),
          }).human,
        );
        expect(curves.one).toHaveLength(expected.length);
        curves.one?.forEach((bin, index) => {
          expect(bin.pairs).toBe(expected[index]?.pairs);
          expect(bin.estimate.value ?? 0).toBeCloseTo(expected[index]?.meanEstimate ?? 0, 9);
          expect(bin.human.value ?? 0).toBeCloseTo(expected[index]?.meanTarget ?? 0, 9);
          expect(bin.human.value === undefined).toBe(expected[index]?.meanTarget === undefined);
        });
      }),
      {numRuns: 12},
    );
  });

  test("leave out documents without an estimate", () => {
    const {manifest, documents} = run([captured("a", {gold: ["joy"]})]);
    const estimated = {labels: ["anger", "fear", "joy"], documents: [{id: "a", estimate: {reason: "none"}}]};
    const {reliability: curves} = dynamicsOf(
      {manifest, documents: documents.test},
      {rng: rng(), estimates: {one: estimated}},
    );
    expect(curves.one?.every(({pairs, human}) => pairs === 0 && human.reason !== undefined)).toBe(true);
  });
});
