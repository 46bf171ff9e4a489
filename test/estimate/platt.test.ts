import {readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import {compareToNone} from "../../src/estimate/compare-to-none.ts";
import {constant} from "../../src/estimate/constant.ts";
import {estimateDocuments} from "../../src/estimate/estimate-documents.ts";
import {
  type DocumentRecords,
  type Estimator,
  type Prepared,
  prepare,
  type RunLabels,
} from "../../src/estimate/estimator.ts";
import {firstStep} from "../../src/estimate/first-step.ts";
import {marginal} from "../../src/estimate/marginal.ts";
import {platt} from "../../src/estimate/platt.ts";
import {clippedLogit, fitPlatt, onCurve, type PlattCurve, type PlattPair} from "../../src/estimate/platt-fit.ts";
import {temperature} from "../../src/estimate/temperature.ts";
import {codeOf} from "../support/code-of.ts";
import {calibrated, close, NO_NONE, RUN, reasonOf, records, step, trace, valuesOf} from "./support.ts";

const numbers = z.array(z.array(z.number()));
const golden = z
  .object({
    platt: z.array(
      z.object({
        name: z.string(),
        q: numbers,
        human: numbers,
        slope: z.number(),
        intercept: z.number(),
        loss: z.number(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../golden/platt.golden.json"), "utf8")));

const pairsOf = (q: readonly number[], human: readonly number[]): PlattPair[] =>
  q.map((value, index) => ({q: value, human: human[index] ?? Number.NaN}));

function curveOf(pairs: readonly PlattPair[]): PlattCurve {
  const fit = fitPlatt(pairs);
  if ("reason" in fit) throw new Error(fit.reason);
  return fit;
}

/** The objective, written down once more. */
const loss = (pairs: readonly PlattPair[], {slope, intercept}: PlattCurve) =>
  pairs.reduce((sum, {q, human}) => {
    const x = Math.log(Math.min(1 - 1e-8, Math.max(1e-8, q)) / (1 - Math.min(1 - 1e-8, Math.max(1e-8, q))));
    const p = 1 / (1 + Math.exp(-(slope * x + intercept)));
    return sum - (human === 0 ? 0 : human * Math.log(p)) - (human === 1 ? 0 : (1 - human) * Math.log(1 - p));
  }, 0) /
    pairs.length +
  1e-6 * slope * slope;

const somePairs = fc
  .array(
    fc.record({
      q: fc.oneof(fc.double({min: 0, max: 1, noNaN: true}), fc.constantFrom(0, 1, 0.5, 1e-8, 1 - 1e-8)),
      human: fc.constantFrom(0, 1 / 3, 0.5, 2 / 3, 1),
    }),
    {minLength: 2, maxLength: 30},
  )
  .filter(pairs => !("reason" in fitPlatt(pairs)) || pairs.some(({human}) => human > 0 && human < 1));

describe("a Platt curve", () => {
  test("there are golden cases", () => {
    expect(golden.platt.length).toBeGreaterThanOrEqual(7);
  });

  test.each(golden.platt)("is SciPy's: $name", ({q, human, slope, intercept, loss: best}) => {
    const pairs = pairsOf(q.flat(), human.flat());
    const curve = curveOf(pairs);
    expect(Math.abs(curve.slope - slope)).toBeLessThan(1e-9 * Math.max(1, Math.abs(slope)));
    expect(Math.abs(curve.intercept - intercept)).toBeLessThan(1e-9 * Math.max(1, Math.abs(intercept)));
    expect(Math.abs(loss(pairs, curve) - best)).toBeLessThan(1e-12);
  });

  test("passes through two points that it can reach", () => {
    // Logits −ln 3 and ln 3 (q = ¼, ¾), targets of logits 0 and 2 ln 3: slope 1, intercept ln 3, but for the ridge.
    const curve = curveOf(pairsOf([0.25, 0.75], [0.5, 0.9]));
    expect(curve.slope).toBeCloseTo(1, 4);
    expect(curve.intercept).toBeCloseTo(Math.log(3), 4);
    expect(onCurve(curve, 0.25)).toBeCloseTo(0.5, 4);
    expect(onCurve(curve, 0.75)).toBeCloseTo(0.9, 4);
  });

  test("keeps the mean: the scaled estimates average to the human shares", () => {
    const holds = fc.property(somePairs, pairs => {
      const fit = fitPlatt(pairs);
      if ("reason" in fit) return fit.reason === "the estimate is the same throughout the calibration split";
      const off = pairs.reduce((sum, {q, human}) => sum + onCurve(fit, q) - human, 0);
      return Math.abs(off) < 1e-7 * pairs.length;
    });
    expect(fc.check(holds, {numRuns: 300}).counterexample).toBeNull();
  });

  test("is no worse than its neighbours", () => {
    const holds = fc.property(somePairs, pairs => {
      const fit = fitPlatt(pairs);
      if ("reason" in fit) return fit.reason === "the estimate is the same throughout the calibration split";
      const here = loss(pairs, fit);
      return [0.01, -0.01].every(
        by =>
          here <= loss(pairs, {...fit, slope: fit.slope + by}) + 1e-12 &&
          here <= loss(pairs, {...fit, intercept: fit.intercept + by}) + 1e-12,
      );
    });
    expect(fc.check(holds, {numRuns: 300}).counterexample).toBeNull();
  });

  test("does not change when every document is listed twice", () => {
    const pairs = pairsOf([0.1, 0.4, 0.8, 0.9], [0, 0.5, 0.5, 1]);
    const [once, twice] = [curveOf(pairs), curveOf([...pairs, ...pairs])];
    expect(close([once.slope, once.intercept], [twice.slope, twice.intercept], 1e-10)).toBe(true);
  });

  test.each([
    ["nothing", [], "there is nothing to learn from"],
    ["a constant estimate", pairsOf([0.1, 0.1], [0, 1]), "the estimate is the same throughout the calibration split"],
    [
      "estimates clipped to one value",
      pairsOf([0, 1e-9], [0, 1]),
      "the estimate is the same throughout the calibration split",
    ],
    ["a label that nobody gave", pairsOf([0.1, 0.7], [0, 0]), "no annotator of the calibration split gave the label"],
    [
      "a label that everyone gave",
      pairsOf([0.1, 0.7], [1, 1]),
      "every annotator of the calibration split gave the label",
    ],
  ])("has a reason for %s", (_what, pairs, reason) => {
    expect(fitPlatt(pairs)).toEqual({reason});
  });

  test("clips at 1e-8 on both sides", () => {
    expect(clippedLogit(0)).toBeCloseTo(Math.log(1e-8 / (1 - 1e-8)), 12);
    expect(clippedLogit(1)).toBeCloseTo(-Math.log(1e-8 / (1 - 1e-8)), 7);
    expect(clippedLogit(0.5)).toBe(0);
  });
});

/** Joy is well ranked but overstated; fear is given by nobody. */
const CALIBRATION = [
  calibrated("c1", [0.9, 0.05, 0.05], [["joy"], []]),
  calibrated("c2", [0.6, 0.3, 0.1], [["joy"], [], [], []]),
  calibrated("c3", [0.2, 0.7, 0.1], [[], []]),
];

function ready(estimator: Estimator, run: RunLabels, calibration: readonly DocumentRecords[]): Prepared {
  const found = prepare(estimator, run, {calibration});
  if ("reason" in found) throw new Error(found.reason);
  return found;
}

describe("+platt", () => {
  test("fits one curve to all labels and documents of the calibration split", () => {
    const {learned, calibrated: used, estimate} = ready(platt(firstStep), RUN, CALIBRATION);
    const curve = curveOf(pairsOf([0.9, 0.05, 0.6, 0.3, 0.2, 0.7], [0.5, 0, 0.25, 0, 0, 0]));
    expect(learned.map(({name, label}) => [name, label])).toEqual([
      ["slope", undefined],
      ["intercept", undefined],
    ]);
    expect(
      close(
        learned.map(({value}) => value),
        [curve.slope, curve.intercept],
        1e-8,
      ),
    ).toBe(true);
    expect(used).toEqual({documents: 3, leftOut: []});
    const values = valuesOf(estimate(calibrated("t", [0.5, 0.1, 0.4], [[]], "test")));
    expect(close(values, [onCurve(curve, 0.5), onCurve(curve, 0.1)], 1e-8)).toBe(true);
  });

  test("per label, gives each its own curve, and the shared one with a note where it has none", () => {
    const {learned, estimate} = ready(platt(firstStep, "per-label"), RUN, CALIBRATION);
    const [joy, shared] = [
      curveOf(pairsOf([0.9, 0.6, 0.2], [0.5, 0.25, 0])),
      curveOf(pairsOf([0.9, 0.05, 0.6, 0.3, 0.2, 0.7], [0.5, 0, 0.25, 0, 0, 0])),
    ];
    const note = "shared curve: no annotator of the calibration split gave the label";
    expect(learned.map(({name, label, note: said}) => [name, label, said])).toEqual([
      ["slope", "joy", undefined],
      ["intercept", "joy", undefined],
      ["slope", "fear", note],
      ["intercept", "fear", note],
    ]);
    const values = valuesOf(estimate(calibrated("t", [0.5, 0.1, 0.4], [[]], "test")));
    expect(close(values, [onCurve(joy, 0.5), onCurve(shared, 0.1)], 1e-8)).toBe(true);
  });

  test("leaves calibration documents without an estimate out, and counts them", () => {
    const {learned, calibrated: used} = ready(platt(firstStep), RUN, [
      ...CALIBRATION,
      records({id: "c4", split: "calibration"}),
    ]);
    expect(used).toEqual({documents: 3, leftOut: [{reason: "no greedy trace was captured", count: 1}]});
    expect(learned).toEqual(ready(platt(firstStep), RUN, CALIBRATION).learned);
  });

  test("passes a document's reason and its remarks on", () => {
    const {estimate} = ready(platt(firstStep), RUN, CALIBRATION);
    expect(reasonOf(estimate(records()))).toBe("no greedy trace was captured");
    const {steps, answer} = trace([step(1, {scores: [2, 1, 0]})], [], ["not-closed"]);
    const remarked = estimate(records({trace: {steps, answer}}));
    expect(remarked).toMatchObject({remarks: ["malformed"]});
  });

  test("scales the bounds along, and swaps them under a falling curve", () => {
    const tree = (low: number, high: number) => ({
      labels: [
        {lower: low, upper: low + 0.1},
        {lower: high, upper: high + 0.1},
      ],
    });
    const split = "calibration" as const;
    const falling = [
      records({id: "a", split, document: {annotations: [["fear"], []]}, tree: tree(0.8, 0.1)}),
      records({id: "b", split, document: {annotations: [["joy"], []]}, tree: tree(0.2, 0.6)}),
    ];
    const {learned, estimate} = ready(platt(marginal), RUN, falling);
    const [slope = 0, intercept = 0] = learned.map(({value}) => value);
    expect(slope).toBeLessThan(0);
    const found = estimate(records({tree: tree(0.3, 0.6)}));
    const scaled = (q: number) => onCurve({slope, intercept}, q);
    expect(found).toEqual({
      values: [scaled(0.35), scaled((0.6 + 0.7) / 2)],
      lower: [scaled(0.3 + 0.1), scaled(0.6 + 0.1)],
      upper: [scaled(0.3), scaled(0.6)],
    });
  });

  test("wraps an estimator that learns, and shows what both learned", () => {
    const {learned} = ready(platt(temperature), RUN, CALIBRATION);
    expect(learned.map(({name}) => name)).toEqual(["temperature", "slope", "intercept"]);
  });

  test("says why there is no estimate where nothing can be learned", () => {
    expect(prepare(platt(constant), RUN, {calibration: CALIBRATION})).toEqual({
      reason: "the estimate is the same throughout the calibration split",
    });
    expect(prepare(platt(compareToNone), NO_NONE, {calibration: CALIBRATION})).toEqual({
      reason: "no calibration document has an estimate: the task has no null label to compare with",
    });
  });

  test("gives that reason to every document", () => {
    const found = estimateDocuments(platt(constant), RUN, {calibration: CALIBRATION, documents: [records()]});
    expect(found).toMatchObject({
      learned: [],
      estimated: 0,
      missing: [{reason: "the estimate is the same throughout the calibration split", count: 1}],
    });
  });

  test("refuses to learn from nothing, and from a document that it is judged on", async () => {
    expect(await codeOf(() => prepare(platt(firstStep), RUN, {calibration: []}))).toBe("no-calibration");
    const stray = [...CALIBRATION, calibrated("t", [0.5, 0.1, 0.4], [[]], "test")];
    expect(await codeOf(() => prepare(platt(firstStep), RUN, {calibration: stray}))).toBe("calibration-split");
  });
});
