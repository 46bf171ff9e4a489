import {readFileSync} from "node:fs";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import {type DocumentRecords, prepare, type RunLabels} from "../../src/estimate/estimator.ts";
import {firstStep} from "../../src/estimate/first-step.ts";
import {nllAt, TEMPERATURE_RANGE, temperature} from "../../src/estimate/temperature.ts";
import {codeOf} from "../support/code-of.ts";
import {calibrated, close, RUN, reasonOf, records, step, trace, valuesOf} from "./support.ts";

const golden = z
  .object({
    temperature: z.array(
      z.object({
        name: z.string(),
        scores: z.array(z.array(z.number())),
        annotations: z.array(z.array(z.array(z.number()))),
        temperature: z.number(),
        nll: z.number(),
        onBound: z.boolean(),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../golden/platt.golden.json"), "utf8")));

const FOUR: RunLabels = {labels: ["0", "1", "2", "3", "none"], noneLabel: "none"};

function fitted(run: RunLabels, calibration: readonly DocumentRecords[]) {
  const found = prepare(temperature, run, {calibration});
  if ("reason" in found) throw new Error(found.reason);
  const [only] = found.learned;
  return {...found, value: only?.value ?? Number.NaN, note: only?.note};
}

const withScores = (id: string, scores: readonly number[], annotations: string[][]) =>
  records({id, split: "calibration", document: {annotations}, trace: trace([step(1, {scores})])});

describe("temperature", () => {
  test("there are golden cases", () => {
    expect(golden.temperature.length).toBeGreaterThanOrEqual(4);
  });

  test.each(golden.temperature)("is SciPy's: $name", ({scores, annotations, temperature: t, nll, onBound}) => {
    const calibration = scores.map((row, index) =>
      withScores(
        `${index}`,
        row,
        (annotations[index] ?? []).map(set => set.map(String)),
      ),
    );
    const {value, note} = fitted(FOUR, calibration);
    expect(Math.abs(value / t - 1)).toBeLessThan(1e-6);
    expect(Math.abs(nllAt(FOUR, calibration, value) - nll)).toBeLessThan(1e-9);
    expect(note === undefined).toBe(!onBound);
  });

  test("finds the temperature that a paper case was made with", () => {
    // Two labels, no null label: σ(Δz / T) = ¾ with Δz = 2 ln 3 at T = 2.
    const run = {labels: ["joy", "fear"], noneLabel: null};
    const annotations = [["joy"], ["joy"], ["joy"], ["fear"]];
    const found = fitted(run, [withScores("a", [2 * Math.log(3), 0], annotations)]);
    expect(found.value).toBeCloseTo(2, 6);
    const values = valuesOf(found.estimate(records({trace: trace([step(1, {scores: [2 * Math.log(3), 0]})])})));
    expect(close(values, [0.75, 0.25], 1e-7)).toBe(true);
  });

  test("is 1 where it makes no difference", () => {
    const {value, note} = fitted(RUN, [withScores("a", [5, 5, 5], [["joy"], []])]);
    expect(value).toBe(1);
    expect(note).toBeUndefined();
  });

  test("finds the deeper of two valleys", () => {
    // Sure documents want a low temperature and one that is surely wrong a high one; the NLL has a valley for each.
    const right = Array.from({length: 30}, (_, index) => withScores(`r${index}`, [0.5, 0, 0], [["joy"]]));
    const calibration = [...right, withScores("w", [0, 6, 0], [["joy"]])];
    const {value} = fitted(RUN, calibration);
    const scan = Array.from({length: 4001}, (_, index) => Math.exp(Math.log(0.05) + (Math.log(400) * index) / 4000));
    const best = Math.min(...scan.map(t => nllAt(RUN, calibration, t)));
    expect(nllAt(RUN, calibration, value)).toBeLessThanOrEqual(best + 1e-9);
  });

  test("says so where the minimum is at an end of the range", () => {
    const sure = fitted(RUN, [withScores("a", [1, 0, 0], [["joy"]])]);
    expect(sure.value).toBeLessThan(0.2);
    const wrong = fitted(RUN, [withScores("a", [9, 0, 0], [["fear"]]), withScores("b", [0, 9, 0], [["joy"]])]);
    expect(wrong.value).toBeCloseTo(TEMPERATURE_RANGE.high, 9);
    expect(wrong.note).toBe("at the end of the range searched, 0.05 to 20");
  });

  test("at 1 is first-step, remarks and all", () => {
    const one = calibrated("a", [0.6, 0.3, 0.1], [["joy"]]);
    const {estimate} = fitted(RUN, [withScores("a", [5, 5, 5], [["joy"], []])]);
    expect(firstStep.estimate(RUN, one)).toEqual(estimate(one));
  });

  test("leaves calibration documents without a step out, and counts them", () => {
    const some = [calibrated("a", [0.6, 0.3, 0.1], [["joy"], []]), calibrated("b", [0.2, 0.7, 0.1], [["joy"]])];
    const {value, calibrated: used} = fitted(RUN, [...some, records({id: "c", split: "calibration"})]);
    expect(used).toEqual({documents: 2, leftOut: [{reason: "no greedy trace was captured", count: 1}]});
    expect(value).toBe(fitted(RUN, some).value);
  });

  test("has a reason where no calibration document has a step, and for a document without one", () => {
    expect(prepare(temperature, RUN, {calibration: [records({split: "calibration"})]})).toEqual({
      reason: "no calibration document has an estimate: no greedy trace was captured",
    });
    const {estimate} = fitted(RUN, [calibrated("a", [0.6, 0.3, 0.1], [["joy"]])]);
    expect(reasonOf(estimate(records()))).toBe("no greedy trace was captured");
  });

  test("refuses to learn from nothing", async () => {
    expect(await codeOf(() => prepare(temperature, RUN, {calibration: []}))).toBe("no-calibration");
  });
});
