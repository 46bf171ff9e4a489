import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {metricList, metricNamed} from "../../src/metric/index.ts";
import {type MetricInput, metricTable} from "../../src/metric/input.ts";
import type {Metric} from "../../src/metric/metric.ts";
import {onceEach} from "../../src/stats/weights.ts";
import {holedInputs, inputs} from "./cases.ts";

const scored = (metric: Metric, input: MetricInput) => metric.prepare(metricTable(input)).result.value;

/** Equal up to the order of a sum, or both without a value. */
function expectClose(seen: number | undefined, wanted: number | undefined): void {
  if (wanted === undefined) expect(seen).toBeUndefined();
  else expect(Math.abs((seen ?? Number.NaN) - wanted)).toBeLessThan(1e-9);
}

const permute = <T>(items: readonly T[], order: readonly number[]): T[] =>
  order.flatMap(index => items.slice(index, index + 1));

const orderOf = (length: number) =>
  fc.shuffledSubarray(
    Array.from({length}, (_, index) => index),
    {minLength: length, maxLength: length},
  );

/** How often each document is in a resample, at least one of them once. */
const weightsOf = (length: number) =>
  fc.array(fc.nat(3), {minLength: length, maxLength: length}).filter(weights => weights.some(weight => weight > 0));

describe.each(metricList)("$name", metric => {
  test("stays within its range, and is missing only with a reason", () => {
    fc.assert(
      fc.property(holedInputs(), input => {
        const {result} = metric.prepare(metricTable(input));
        const {low, high} = metric.range(input.labels.length);
        expect(result.value === undefined).toBe(result.reason !== undefined);
        expect(result.value ?? low).toBeGreaterThanOrEqual(low);
        expect(result.value ?? high).toBeLessThanOrEqual(high + 1e-9);
      }),
    );
  });

  test("counts every document: used, or left out and why", () => {
    fc.assert(
      fc.property(holedInputs(), input => {
        const {result} = metric.prepare(metricTable(input));
        const documents = result.leftOut.filter(entry => entry.what === "document");
        expect(result.n + documents.reduce((sum, entry) => sum + entry.count, 0)).toBe(input.documents.length);
        expect(result.leftOut.every(entry => entry.count > 0 && entry.why !== "")).toBe(true);
      }),
    );
  });

  test("is what it is without the documents that it leaves out", () => {
    fc.assert(
      fc.property(holedInputs(), input => {
        const documents = input.documents.filter(
          document => document.q !== undefined && document[metric.target] !== undefined,
        );
        expectClose(scored(metric, input), scored(metric, {...input, documents}));
      }),
    );
  });

  test("does not care for the order of documents", () => {
    fc.assert(
      fc.property(
        inputs().chain(input => fc.tuple(fc.constant(input), orderOf(input.documents.length))),
        ([input, order]) => {
          const documents = permute(input.documents, order);
          expectClose(scored(metric, {...input, documents}), scored(metric, input));
        },
      ),
    );
  });

  test("does not care for the order of labels, and its parts move with them", () => {
    fc.assert(
      fc.property(
        inputs().chain(input => fc.tuple(fc.constant(input), orderOf(input.labels.length))),
        ([input, order]) => {
          const documents = input.documents.map(document => ({
            ...document,
            q: permute(document.q ?? [], order),
            human: permute(document.human ?? [], order),
            gold: permute(document.gold ?? [], order),
          }));
          const before = metric.prepare(metricTable(input)).result;
          const after = metric.prepare(metricTable({labels: permute(input.labels, order), documents})).result;
          expectClose(after.value, before.value);
          const moved = before.parts === undefined ? undefined : permute(before.parts, order);
          expect(after.parts?.map(part => part.label)).toEqual(moved?.map(part => part.label));
          expect(after.parts?.map(part => part.value)).toEqual(moved?.map(part => part.value));
        },
      ),
    );
  });

  test("does not care for the names of labels", () => {
    fc.assert(
      fc.property(inputs(), input => {
        const labels = input.labels.map(label => `renamed ${label}`);
        expect(scored(metric, {...input, labels})).toBe(scored(metric, input));
      }),
    );
  });

  test("with every document once is the plain value", () => {
    fc.assert(
      fc.property(holedInputs(), input => {
        const prepared = metric.prepare(metricTable(input));
        expectClose(prepared.value(onceEach(input.documents.length)), prepared.result.value);
      }),
    );
  });

  test("with whole weights is the value on duplicated documents", () => {
    fc.assert(
      fc.property(
        inputs().chain(input => fc.tuple(fc.constant(input), weightsOf(input.documents.length))),
        ([input, weights]) => {
          const documents = input.documents.flatMap((document, index) =>
            Array.from({length: weights[index] ?? 0}, (_, copy) => ({...document, id: `${document.id} copy ${copy}`})),
          );
          const prepared = metric.prepare(metricTable(input));
          expectClose(prepared.value(Int32Array.from(weights)), scored(metric, {...input, documents}));
        },
      ),
    );
  });

  test("has no value when nothing is drawn", () => {
    fc.assert(
      fc.property(inputs(0), input => {
        const prepared = metric.prepare(metricTable(input));
        expect(prepared.value(new Int32Array(input.documents.length))).toBeUndefined();
      }),
    );
  });

  test("has a value a document exactly if it is their mean", () => {
    fc.assert(
      fc.property(holedInputs(), input => {
        const {perDocument, result} = metric.prepare(metricTable(input));
        const known = perDocument?.filter(value => value !== undefined) ?? [];
        expect(perDocument !== undefined).toBe(metric.shape === "per-document");
        expect(known.length).toBe(metric.shape === "per-document" ? result.n : 0);
        const mean = known.length === 0 ? result.value : known.reduce((sum, value) => sum + value, 0) / known.length;
        expectClose(result.value, mean);
      }),
    );
  });

  test("is best for a perfect estimate of undisputed annotations", () => {
    fc.assert(
      fc.property(inputs(), input => {
        const withAll = [...input.documents.map(document => document.gold ?? []), input.labels.map(() => true)];
        const golds = [...withAll, input.labels.map(() => false)];
        const documents = golds.map((gold, index) => ({
          id: `d${index}`,
          q: gold.map(Number),
          human: gold.map(Number),
          gold,
        }));
        const {low, high} = metric.range(input.labels.length);
        const someGold = golds.filter(gold => gold.includes(true));
        const goldLabels = someGold.flat().filter(Boolean).length / someGold.length;
        // Coverage error counts the labels taken: at best the gold ones. NLL pays for its clipping.
        const best = metric.name === "coverage-error" ? goldLabels : metric.better === "larger" ? high : low;
        // Where nobody disagrees there is no disagreement to correlate with: that one is missing, see below.
        const missing = metric.name === "entropy-correlation";
        const value = scored(metric, {labels: input.labels, documents});
        expect(value === undefined).toBe(missing);
        expect(Math.abs((value ?? best) - best)).toBeLessThan(1e-7 * input.labels.length);
      }),
    );
  });

  test("has no data without documents, or without annotations", () => {
    const empty = metric.prepare(metricTable({labels: ["joy"], documents: []}));
    expect(empty.result).toMatchObject({value: undefined, n: 0, reason: "no documents", leftOut: []});
    expect(empty.value(new Int32Array(0))).toBeUndefined();
    const bare = [{id: "a", q: [0.5], human: undefined, gold: undefined}];
    const {result} = metric.prepare(metricTable({labels: ["joy"], documents: bare}));
    expect(result).toMatchObject({value: undefined, n: 0});
    expect(result.reason).toMatch(/^none of the 1 documents can be scored: 1 with no (annotations|gold set)$/);
  });
});

describe("entropy-correlation", () => {
  test("is 1 for a perfect estimate of disputed annotations, and missing where nobody disagrees", () => {
    const correlation = metricNamed("entropy-correlation");
    fc.assert(
      fc.property(inputs(2), input => {
        const perfect = input.documents.map(document => ({...document, q: document.human}));
        const undivided = input.documents.map(document => ({...document, human: document.gold?.map(Number)}));
        const value = scored(correlation, {...input, documents: perfect}) ?? 1;
        expect(value).toBeCloseTo(1, 9);
        expect(scored(correlation, {...input, documents: undivided})).toBeUndefined();
      }),
    );
  });
});
