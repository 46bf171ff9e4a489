import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";
import {metricList, metrics} from "../../src/metric/index.ts";
import {type MetricInput, metricTable} from "../../src/metric/input.ts";
import {pairMetric} from "../../src/metric/pair.ts";
import {bootstrapTailP} from "../../src/stats/bootstrap-p.ts";
import {resample, type Statistic} from "../../src/stats/draws.ts";
import {bootstrapInterval} from "../../src/stats/interval.ts";
import {onceEach} from "../../src/stats/weights.ts";
import {holedInputs, inputOf, inputs} from "./cases.ts";

const reversed = (input: MetricInput): MetricInput => ({
  ...input,
  documents: input.documents.map(document => ({...document, q: document.q?.map(value => 1 - value)})),
});
const onAll = (statistic: Statistic, {documents}: MetricInput) => statistic.value(onceEach(documents.length));

describe.each(metricList)("$name on two systems", metric => {
  test("differs by 0 from itself, on the sample and on every resample", () => {
    fc.assert(
      fc.property(inputs(10, 14), input => {
        const pair = pairMetric(metric, {left: input, right: input});
        fc.pre(onAll(pair, input) !== undefined);
        const [draws] = resample([pair], {documents: input.documents.length, resamples: 40, rng: createRng(1)});
        expect(draws?.estimate).toBe(0);
        expect(draws?.replicates.every(value => value === undefined || value === 0)).toBe(true);
      }),
      {numRuns: 15},
    );
  });

  test("is the difference of the systems' values, and changes sign when they change places", () => {
    fc.assert(
      fc.property(inputs(), left => {
        const right = reversed(left);
        const [ours, theirs] = [left, right].map(input => metric.prepare(metricTable(input)).result.value);
        const forth = onAll(pairMetric(metric, {left, right}), left);
        const back = onAll(pairMetric(metric, {left: right, right: left}), left);
        expect(forth === undefined).toBe(ours === undefined || theirs === undefined);
        expect(forth ?? 0).toBeCloseTo((ours ?? 0) - (theirs ?? 0), 10);
        expect((forth ?? 0) + (back ?? 0)).toBeCloseTo(0, 10);
      }),
    );
  });

  test("is compared on the documents that both could score", () => {
    fc.assert(
      fc.property(holedInputs(), fc.nat(8), (input, hole) => {
        const documents = input.documents.map((document, index) =>
          index === hole ? {...document, q: undefined} : document,
        );
        const holed = {...input, documents};
        const pair = pairMetric(metric, {left: input, right: holed});
        expect(pair.documents).toBe(metric.prepare(metricTable(holed)).documents);
        expect(onAll(pair, input) ?? 0).toBe(0);
      }),
    );
  });
});

describe("pairMetric", () => {
  const gold = Array.from({length: 12}, (_, index) => [index % 2 === 0]);
  const good = inputOf({q: gold.map(([set]) => [set ? 0.9 : 0.2]), gold});
  const bad = inputOf({q: gold.map(([set], index) => [set ? 0.3 + index / 100 : 0.6]), gold});

  test("finds a better system better, with an interval below 0 and a small p", () => {
    const pair = pairMetric(metrics.nll, {left: good, right: bad});
    const [draws] = resample([pair], {documents: 12, resamples: 500, rng: createRng("better")});
    const interval = draws === undefined ? undefined : bootstrapInterval(draws);
    const p = draws === undefined ? undefined : bootstrapTailP(draws);
    expect(draws?.estimate).toBeLessThan(0);
    expect(interval).toMatchObject({given: true, method: "bca"});
    expect(interval?.given === true ? interval.high : 1).toBeLessThan(0);
    expect(p?.given === true ? p.p : 1).toBeLessThan(0.01);
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
