import {describe, expect, test} from "vitest";
import {drawSamples} from "../../src/dynamics/measure.ts";
import {probesOnPredictions} from "../../src/dynamics/probe-on-predictions.ts";
import {type ProbedDocument, scoreProbe} from "../../src/dynamics/probe-score.ts";
import type {DocumentRecords} from "../../src/estimate/estimator.ts";
import {createRng} from "../../src/math/rng.ts";
import type {Split} from "../../src/records/document.ts";
import {type Probes, probesSchema} from "../../src/records/results/probes.ts";
import {records, trace} from "../estimate/support.ts";

const LABELS = ["anger", "fear", "joy", "none"];
const manifest = {labels: LABELS, noneLabel: "none", identity: {}};

/**
 * A model whose state holds three directions: anger and joy as annotators see them, and whether it will say fear, which
 * no annotator ever gives.
 */
function documents(count: number, split: Split, seed: string): DocumentRecords[] {
  const rng = createRng(seed);
  return Array.from({length: count}, (_, index) => {
    const hidden = Float32Array.from({length: 6}, () => 2 * rng() - 1);
    const [anger = 0, joy = 0, fear = 0] = hidden;
    const gold = [...(anger > 0 ? ["anger"] : []), ...(joy > 0 ? ["joy"] : [])];
    const answer = ["anger", ...(fear > 0 ? ["fear"] : [])];
    return records({
      id: `${split}-${index}`,
      split,
      document: {annotations: [gold]},
      hidden,
      trace: trace([], answer),
    });
  });
}

const TRAIN = documents(200, "train", "a");
const TEST = documents(100, "test", "b");
const options = () => ({rng: createRng(1), resamples: 200});
const run = {manifest, train: TRAIN, test: TEST};

function scoreOf({scores}: Probes, trainedOn: string, scoredOn: string, labels: string) {
  const found = scores.find(
    score => score.trainedOn === trainedOn && score.scoredOn === scoredOn && score.labels === labels,
  );
  if (found === undefined) throw new Error("no such score");
  return found;
}

describe("probes on predictions", () => {
  const probes = probesOnPredictions(run, options());

  test("are a record: two probes, each held to two targets, with and without the first label", () => {
    expect(probesSchema.parse(probes)).toEqual(probes);
    expect(probes.scores.map(({trainedOn, scoredOn, labels}) => [trainedOn, scoredOn, labels].join(" "))).toEqual([
      "gold gold all",
      "gold gold after-first",
      "gold predictions all",
      "gold predictions after-first",
      "predictions gold all",
      "predictions gold after-first",
      "predictions predictions all",
      "predictions predictions after-first",
    ]);
    expect(probes.trained.gold).toMatchObject({documents: 200, leftOut: [], components: 6});
  });

  test("find what the state holds, each for its own target", () => {
    const value = (trainedOn: string, scoredOn: string) =>
      scoreOf(probes, trainedOn, scoredOn, "after-first").averagePrecision.value ?? Number.NaN;
    expect(value("predictions", "predictions")).toBeGreaterThan(0.9);
    expect(value("gold", "predictions")).toBeLessThan(0.5);
    expect(value("gold", "gold")).toBeGreaterThan(0.9);
    expect(value("predictions", "gold")).toBeLessThan(0.6);
  });

  test("count pairs: three labels a document, two after the first", () => {
    const fearful = TEST.filter(({trace: taken}) => taken?.answer.labels.length === 2).length;
    expect(scoreOf(probes, "gold", "predictions", "all")).toMatchObject({pairs: 300, positives: 100 + fearful});
    expect(scoreOf(probes, "gold", "predictions", "after-first")).toMatchObject({pairs: 200, positives: fearful});
    const joyful = TEST.filter(({document}) => document.annotations?.[0]?.includes("joy")).length;
    expect(scoreOf(probes, "gold", "gold", "after-first")).toMatchObject({pairs: 200, positives: joyful});
  });

  test("have intervals around their values", () => {
    for (const {microF1, averagePrecision} of probes.scores) {
      for (const {value = Number.NaN, lower = Number.NaN, upper = Number.NaN} of [microF1, averagePrecision]) {
        expect(lower).toBeLessThanOrEqual(value);
        expect(upper).toBeGreaterThanOrEqual(value);
      }
    }
  });

  test("do not depend on the order of the documents", () => {
    const turned = {...run, train: TRAIN.toReversed(), test: TEST.toReversed()};
    expect(probesOnPredictions(turned, options())).toEqual(probes);
  });

  test("leave out documents whose answer names no label, after the first", () => {
    const silent = TEST.map((one, index) => (index < 30 ? {...one, trace: trace([], [])} : one));
    const there = probesOnPredictions({...run, test: silent}, options());
    expect(scoreOf(there, "gold", "gold", "all").pairs).toBe(300);
    expect(scoreOf(there, "gold", "gold", "after-first").pairs).toBe(140);
  });

  test("without traces of the train split there is the probe on gold alone, and the reason", () => {
    const untraced = TRAIN.map(({trace: _, ...one}) => one);
    const there = probesOnPredictions({...run, train: untraced}, options());
    expect(there.trained.gold).toEqual(probes.trained.gold);
    expect(there.trained.predictions).toEqual({
      reason: "0 train documents to learn from, at least 10 needed",
      leftOut: [{reason: "no greedy trace was captured", count: 200}],
    });
    expect(scoreOf(there, "predictions", "gold", "all")).toMatchObject({
      pairs: 0,
      microF1: {reason: "no such probe: 0 train documents to learn from, at least 10 needed", n: 0},
    });
    expect(scoreOf(there, "gold", "predictions", "all").pairs).toBe(300);
  });

  test("on forced answers nothing is the model's own", () => {
    const forced = {...run, manifest: {...manifest, identity: {forceAnswers: "gold"}}};
    const there = probesOnPredictions(forced, options());
    expect(there.trained.predictions).toMatchObject({
      leftOut: [{reason: "the answers were forced, not the model's own", count: 200}],
    });
    expect(scoreOf(there, "gold", "predictions", "all").averagePrecision.reason).toBe(
      "the answers were forced, not the model's own",
    );
    expect(scoreOf(there, "gold", "gold", "after-first").microF1.reason).toBe(
      "the answers were forced, not the model's own",
    );
    expect(scoreOf(there, "gold", "gold", "all")).toEqual(scoreOf(probes, "gold", "gold", "all"));
  });

  test("count train documents without a hidden state", () => {
    const some = TRAIN.map(({hidden, ...one}, index) => (index < 3 || hidden === undefined ? one : {...one, hidden}));
    const there = probesOnPredictions({...run, train: some}, options());
    expect(there.trained.gold).toMatchObject({
      documents: 197,
      leftOut: [{reason: "no hidden state was captured", count: 3}],
    });
  });

  test("of no documents have reasons throughout", () => {
    const there = probesOnPredictions({manifest, train: [], test: []}, options());
    expect(
      there.scores.every(
        ({microF1, averagePrecision}) => microF1.reason !== undefined && averagePrecision.reason !== undefined,
      ),
    ).toBe(true);
    expect(probesSchema.parse(there)).toEqual(there);
  });
});

describe("the score of a probe", () => {
  const document = (row: number, q: readonly number[], target: readonly number[], first?: number): ProbedDocument => ({
    row,
    q,
    target,
    first,
  });
  const samples = drawSamples(2, options());
  const two = [document(0, [0.9, 0.4], [1, 0], 0), document(1, [0.6, 0.2], [0, 1])];

  test("by hand: one of two predicted is right, and one of two positives is found", () => {
    const {pairs, positives, microF1, averagePrecision} = scoreProbe(two, "all", samples);
    expect([pairs, positives]).toEqual([4, 2]);
    expect(microF1.value).toBeCloseTo(0.5, 12);
    // Ranks of the positives: 1 and 4.
    expect(averagePrecision.value).toBeCloseTo((1 / 1 + 2 / 4) / 2, 12);
    expect(microF1.note).toContain("no interval");
  });

  test("after the first, by hand: one pair of the first document is left, and nothing in it is positive", () => {
    const {pairs, positives, microF1, averagePrecision} = scoreProbe(two, "after-first", samples);
    expect([pairs, positives]).toEqual([1, 0]);
    expect(microF1).toEqual({reason: "nothing is predicted and nothing is in the target", n: 1});
    expect(averagePrecision).toEqual({reason: "no pair is in the target", n: 1});
  });

  test("says why there is nothing to score", () => {
    expect(scoreProbe([], "all", samples).microF1).toEqual({reason: "no test document has what this needs", n: 0});
    expect(scoreProbe([], "after-first", samples).microF1).toEqual({reason: "no answer names a label", n: 0});
    expect(scoreProbe([], "all", samples, "nothing at all").microF1).toEqual({reason: "nothing at all", n: 0});
    const full = scoreProbe([document(0, [0.5], [1])], "all", samples);
    expect(full.averagePrecision.reason).toBe("every pair is in the target");
    expect(full.microF1.value).toBe(1);
  });
});
