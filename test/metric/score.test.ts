import {describe, expect, test} from "vitest";
import {createRng} from "../../src/math/rng.ts";
import {metricList, metrics} from "../../src/metric/index.ts";
import {measure, score} from "../../src/metric/score.ts";
import {goldenCases, inputOf} from "./cases.ts";

const golden = goldenCases[0];
const input = inputOf(golden ?? {q: [], gold: []});

describe("score", () => {
  const scores = score(metricList, input, {rng: createRng("score"), resamples: 300});

  test("gives every metric its value and an interval that holds it, except where resampling is biased", () => {
    expect(scores.map(({metric}) => metric.name)).toEqual(metricList.map(metric => metric.name));
    const off = scores.filter(({result, interval}) => {
      const value = result.value ?? Number.NaN;
      return !(interval.given && interval.low <= value && value <= interval.high);
    });
    // A resample adds noise to every bin, which an absolute gap counts as error.
    expect(off.filter(({metric}) => !metric.name.startsWith("ece"))).toEqual([]);
  });

  test("uses each metric's own interval, or the one that is asked for", () => {
    const seen = scores.map(({interval}) => (interval.given ? interval.method : undefined));
    const asked = score(metricList, input, {rng: createRng("score"), resamples: 100, method: "percentile"});
    expect(seen).toEqual(metricList.map(metric => metric.interval));
    expect(new Set(seen)).toEqual(new Set(["bca", "percentile"]));
    expect(asked.every(({interval}) => interval.given && interval.method === "percentile")).toBe(true);
  });

  test("is the same for the same seed, and for one metric alone", () => {
    const again = score(metricList, input, {rng: createRng("score"), resamples: 300});
    const [alone] = score([metrics["macro-f1"]], input, {rng: createRng("score"), resamples: 300});
    expect(again.map(({interval}) => interval)).toEqual(scores.map(({interval}) => interval));
    expect(alone?.interval).toEqual(scores.find(({metric}) => metric.name === "macro-f1")?.interval);
  });

  test("keeps the stratum sizes where it is told the strata", () => {
    const multi = input.documents.map(document => (document.gold ?? []).filter(Boolean).length);
    const share = {...metrics["coverage-error"], prepare: metrics["coverage-error"].prepare};
    const perfect = {
      ...input,
      documents: input.documents.map(document => ({...document, q: document.gold?.map(Number)})),
    };
    // At best coverage error is the number of gold labels: within strata of that number it cannot vary.
    const [strict] = score([share], perfect, {rng: createRng(1), resamples: 50, strata: multi});
    const [free] = score([share], perfect, {rng: createRng(1), resamples: 50});
    expect(strict?.interval).toMatchObject({given: true, zeroWidth: true});
    expect(free?.interval).toMatchObject({given: true, zeroWidth: false});
  });

  test("gives no interval for few documents, and says why", () => {
    const few = {...input, documents: input.documents.slice(0, 9)};
    const [first] = score([metrics.nll], few, {rng: createRng(1), resamples: 50});
    expect(first?.result.value).toBeGreaterThan(0);
    expect(first?.interval).toEqual({
      given: false,
      reason: "9 documents: an interval needs at least 10, since resamples of fewer vary too little",
    });
  });
});

test("measure gives the same values without intervals", () => {
  const seen = measure(metricList, input).map(({result}) => result.value);
  expect(seen).toEqual(score(metricList, input, {rng: createRng(1), resamples: 1}).map(({result}) => result.value));
  expect(seen).not.toContain(undefined);
});
