import {describe, expect, test} from "vitest";
import {compare} from "../../src/compare/compare.ts";
import {csvTables} from "../../src/compare/csv-tables.ts";
import {COMPARE_DEFAULTS} from "../../src/compare/settings.ts";
import {resultsSchema} from "../../src/records/results/results.ts";
import {aRun, said} from "./runs.ts";

const SETTINGS = {...COMPARE_DEFAULTS, resamples: 50, metrics: ["nll"], estimators: undefined};

/** The state's two numbers say whether the document is joyful, and whether the model will say so. */
function probed(id: string, place: number, split: "test" | "train" = "test") {
  const joyful = place % 2 === 0;
  const says = place % 3 === 0;
  const answer = says ? ["fear", "joy"] : ["fear"];
  const document = said(id, {p: [0.5, 0.3, 0.2], answer, annotations: [joyful ? ["joy"] : []], split});
  return {...document, hidden: Float32Array.of(joyful ? 1 : -1, says ? 1 : -1), embedding: Float32Array.of(place % 5)};
}

const TEST = Array.from({length: 30}, (_, place) => probed(`d${place}`, place));
const TRAIN = Array.from({length: 60}, (_, place) => probed(`t${place}`, place, "train"));

function compared(train: typeof TRAIN, identity = {}) {
  const run = aRun("m", TEST, {identity});
  const learning = {...run, documents: {...run.documents, train}};
  return resultsSchema.parse(compare({runs: [learning], labelscope: "0"}, SETTINGS).results);
}

const table = (results: ReturnType<typeof compared>) => csvTables(results).find(({name}) => name === "probes");

describe("probes on predictions in a comparison", () => {
  const results = compared(TRAIN);

  test("each finds what it was shown: the labels after the first are in the state before the first is said", () => {
    const found = results.probes?.m;
    if (found === undefined || "reason" in found) throw new Error("no probes");
    const precision = (trainedOn: string, scoredOn: string) =>
      found.scores.find(one => one.trainedOn === trainedOn && one.scoredOn === scoredOn && one.labels === "after-first")
        ?.averagePrecision.value;
    expect(precision("predictions", "predictions")).toBeCloseTo(1);
    expect(precision("gold", "gold")).toBeCloseTo(1);
    expect(precision("gold", "predictions")).toBeLessThan(0.6);
    expect(found.trained.predictions).toMatchObject({documents: 60});
  });

  test("have a row a probe, target, set of labels and measure, the same numbers as in results.json", () => {
    const probes = table(results);
    expect(probes?.rows).toHaveLength(16);
    for (const row of probes?.rows ?? []) expect(row).toHaveLength(probes?.header.length ?? 0);
    const found = results.probes?.m;
    if (found === undefined || "reason" in found) throw new Error("no probes");
    const [first] = found.scores;
    expect(probes?.rows[0]?.slice(0, 9)).toEqual([
      "m",
      "gold",
      60,
      "gold",
      "all",
      first?.pairs,
      first?.positives,
      "microF1",
      first?.microF1.value,
    ]);
  });

  test("say why there are none: nothing captured for them, or answers that were forced", () => {
    const without = compared([]);
    expect(without.probes?.m).toEqual({reason: expect.stringContaining("--probe-predictions")});
    const [row] = table(without)?.rows ?? [];
    expect(row).toHaveLength(table(without)?.header.length ?? 0);
    expect(row?.[table(without)?.header.indexOf("reason") ?? 0]).toContain("--probe-predictions");
    expect(compared(TRAIN, {forceAnswers: "gold"}).probes?.m).toEqual({reason: expect.stringContaining("forced")});
  });

  test("an estimator that learned from train documents says from how many", () => {
    expect(results.estimates.m?.probe?.trained).toEqual({documents: 60, leftOut: []});
    expect(results.estimates.m?.encoder?.trained).toEqual({documents: 60, leftOut: []});
    expect(results.estimates.m?.hard).not.toHaveProperty("trained");
  });
});
