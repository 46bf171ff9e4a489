import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";
import {metricList, metrics} from "../../src/metric/index.ts";
import {type MetricInput, metricTable} from "../../src/metric/input.ts";
import {pairMetric} from "../../src/metric/pair.ts";
import {bootstrapP} from "../../src/stats/bootstrap-p.ts";
import {resample} from "../../src/stats/draws.ts";
import {pairedEffect} from "../../src/stats/effect.ts";
import {bootstrapInterval} from "../../src/stats/interval.ts";
import {exchangeTest} from "../../src/stats/permutation.ts";
import {signFlipTest} from "../../src/stats/sign-flips.ts";
import {holedInputs, inputOf, inputs} from "./cases.ts";

const reversed = (input: MetricInput): MetricInput => ({
  ...input,
  documents: input.documents.map(document => ({...document, q: document.q?.map(value => 1 - value)})),
});

describe.each(metricList)("$name on two systems", metric => {
  test("differs by 0 from itself, with p = 1 from either test and an interval of no width", () => {
    fc.assert(
      fc.property(inputs(10, 14), input => {
        const pair = pairMetric(metric, {left: input, right: input});
        fc.pre(pair.difference !== undefined);
        const [draws] = resample([pair.statistic], {
          documents: input.documents.length,
          resamples: 40,
          rng: createRng(1),
        });
        expect(pair.difference).toBe(0);
        expect(exchangeTest(pair.exchange, {rng: createRng(2), permutations: 40})).toMatchObject({p: 1, observed: 0});
        expect(draws === undefined ? undefined : bootstrapP(draws)).toMatchObject({p: 1});
        expect(draws?.replicates.every(value => value === undefined || value === 0)).toBe(true);
        expect(pair.documents === undefined ? 0 : (pairedEffect(pair.documents).dz ?? 0)).toBe(0);
      }),
      {numRuns: 15},
    );
  });

  test("changes sign when the systems change places, also under every exchange", () => {
    fc.assert(
      fc.property(
        inputs().chain(input =>
          fc.tuple(
            fc.constant(input),
            fc.array(fc.nat(1), {minLength: input.documents.length, maxLength: input.documents.length}),
          ),
        ),
        ([input, swaps]) => {
          const right = reversed(input);
          const [forth, back] = [
            pairMetric(metric, {left: input, right}),
            pairMetric(metric, {left: right, right: input}),
          ];
          const swapped = Uint8Array.from(swaps);
          const mirrored = swapped.map(swap => 1 - swap);
          expect((forth.difference ?? 0) + (back.difference ?? 0)).toBeCloseTo(0, 10);
          expect(forth.exchange.difference(swapped) ?? 0).toBeCloseTo(back.exchange.difference(mirrored) ?? 0, 10);
        },
      ),
    );
  });

  test("exchanged on some documents is the difference of the mixed systems", () => {
    fc.assert(
      fc.property(
        inputs().chain(input =>
          fc.tuple(
            fc.constant(input),
            fc.array(fc.nat(1), {minLength: input.documents.length, maxLength: input.documents.length}),
          ),
        ),
        ([left, swaps]) => {
          const right = reversed(left);
          const mixed = (own: MetricInput, other: MetricInput): MetricInput => ({
            ...own,
            documents: own.documents.flatMap((document, index) => {
              const theirs = other.documents[index];
              return theirs === undefined ? [] : [swaps[index] === 1 ? theirs : document];
            }),
          });
          const scored = (input: MetricInput) => metric.prepare(metricTable(input)).result.value;
          const [ours, theirs] = [scored(mixed(left, right)), scored(mixed(right, left))];
          const wanted = ours === undefined || theirs === undefined ? undefined : ours - theirs;
          const seen = pairMetric(metric, {left, right}).exchange.difference(Uint8Array.from(swaps));
          expect(seen === undefined).toBe(wanted === undefined);
          expect(seen ?? 0).toBeCloseTo(wanted ?? 0, 10);
        },
      ),
    );
  });

  test("is compared on the documents that both could score", () => {
    fc.assert(
      fc.property(holedInputs(), fc.nat(8), (input, hole) => {
        const right = {
          ...input,
          documents: input.documents.map((document, index) =>
            index === hole ? {...document, q: undefined} : document,
          ),
        };
        const pair = pairMetric(metric, {left: input, right});
        expect(pair.left.result).toEqual(pair.right.result);
        expect(pair.oneSided).toBe(input.documents[hole]?.q === undefined ? 0 : 1);
      }),
    );
  });
});

describe("pairMetric", () => {
  const gold = Array.from({length: 12}, (_, index) => [index % 2 === 0]);
  const good = inputOf({q: gold.map(([set]) => [set ? 0.9 : 0.2]), gold});
  const bad = inputOf({q: gold.map(([set], index) => [set ? 0.3 + index / 100 : 0.6]), gold});

  test("finds a better system better, by every test", () => {
    const pair = pairMetric(metrics.nll, {left: good, right: bad});
    const [draws] = resample([pair.statistic], {documents: 12, resamples: 500, rng: createRng("better")});
    const interval = draws === undefined ? undefined : bootstrapInterval(draws);
    expect(pair.difference).toBeLessThan(0);
    expect(interval).toMatchObject({given: true, method: "bca"});
    expect(interval?.given === true ? interval.high : 1).toBeLessThan(0);
    expect(draws === undefined ? undefined : bootstrapP(draws)).toMatchObject({p: 2 / 501});
    // All 12 documents agree: only the observed exchange and its mirror image are as extreme.
    expect(signFlipTest(pair.documents?.map(({left, right}) => left - right) ?? [], {rng: createRng(1)})).toMatchObject(
      {
        p: 2 / 2 ** 12,
        exact: true,
      },
    );
    expect(exchangeTest(pair.exchange, {rng: createRng(1)})).toMatchObject({p: 2 / 2 ** 12, exact: true});
    expect(pairedEffect(pair.documents ?? [])).toMatchObject({superiority: 0, dominance: -1, documents: 12});
  });

  test("has values a document for a mean over documents alone", () => {
    expect(pairMetric(metrics.l1, {left: good, right: bad}).documents).toHaveLength(12);
    expect(pairMetric(metrics["macro-f1"], {left: good, right: bad}).documents).toBeUndefined();
  });

  const other = {
    labels: {...bad, labels: ["other"]},
    "number of documents": {...bad, documents: bad.documents.slice(1)},
    "order of documents": {...bad, documents: [...bad.documents].reverse()},
    annotations: {...bad, documents: bad.documents.map(document => ({...document, human: [0.5]}))},
  };

  test.each(Object.entries(other))("refuses systems that differ in %s", (_, right) => {
    expect(() => pairMetric(metrics.l1, {left: good, right})).toThrow(
      expect.objectContaining({code: "unpaired-documents"}),
    );
  });
});
