import {describe, expect, test} from "vitest";
import {beliefText} from "../../src/compare/belief-text.ts";
import {aRunOf, LADDER, resultsOf, someDocuments} from "../report/synthetic.ts";

const documents = someDocuments(30);
const results = resultsOf(LADDER.map(model => aRunOf(model, documents)));
const text = beliefText(results);
const [runs = "", sizes = "", variants = ""] = text.split("\n\n");
const cellsOf = (block: string, start: string) =>
  (block.split("\n").find(line => line.startsWith(start)) ?? "").split(/ {2,}/);

describe("beliefText", () => {
  test("has a row a run with its entropy and the interval of results.json", () => {
    for (const {run} of results.runs) {
      const {value, lower, upper} = results.dynamics[run]?.steps["1"]?.all.entropyBits.mean ?? {};
      expect(cellsOf(runs, `${run} `)).toContain(`${value?.toFixed(3)} [${lower?.toFixed(3)}, ${upper?.toFixed(3)}]`);
    }
  });

  test("has a row a line of several sizes, a falling slope with its sign", () => {
    const slope = results.curves.invented?.base?.step1?.slope;
    expect(slope?.value).toBeLessThan(0);
    expect(cellsOf(sizes, "invented base").slice(1, 3)).toEqual([
      "3",
      `${slope?.value?.toFixed(3)} [${slope?.lower?.toFixed(3)}, ${slope?.upper?.toFixed(3)}]`,
    ]);
    expect(sizes).not.toContain("invented sft");
  });

  test("has a row a pair, its divergence marked as a lower bound where no logits were stored", () => {
    const [pair] = results.variants;
    expect(cellsOf(variants, "large → large-sft")).toEqual([
      "large → large-sft",
      "30",
      expect.stringMatching(/^-\d\.\d{3} \[-\d\.\d{3}, -\d\.\d{3}\]$/),
      pair?.step1.labelKlNats.value?.toFixed(4),
      `≥ ${pair?.step1.vocabKlNats.value?.toFixed(4)}`,
      `${Math.round(100 * (pair?.step1.sameTopLabel.value ?? 0))} %`,
      `${Math.round(100 * (pair?.step1.flipRate?.value ?? 0))} %`,
    ]);
  });

  test("leaves out a block that nothing can be said in", () => {
    const [small] = LADDER;
    if (small === undefined) throw new Error("no model");
    const alone = beliefText(resultsOf([aRunOf(small, documents)]));
    expect(alone.split("\n\n")).toHaveLength(1);
    expect(alone).toMatch(/^What the models believe/);
  });

  test("leaves out a column that no row has a value in", () => {
    const forced = aRunOf({name: "forced", parameters: 1000, sharpness: 1}, documents);
    const {manifest} = forced;
    const identity = {...manifest.identity, forceAnswers: "gold"};
    const own = beliefText(resultsOf([{...forced, manifest: {...manifest, identity}}]));
    expect(runs).toContain("well-formed");
    expect(own).not.toContain("well-formed");
  });
});
