import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {drawSamples} from "../../src/dynamics/measure.ts";
import {orderBias} from "../../src/dynamics/order.ts";
import {viewRun} from "../../src/dynamics/run-view.ts";
import {labelOrder} from "../../src/experiment/label-order.ts";
import {createRng} from "../../src/math/rng.ts";
import {anyCaptured, captured} from "../dynamics/support.ts";
import {materialOf, settingRun} from "./support.ts";

const ALPHABET = ["anger", "fear", "joy"];
const answer = (id: string, ...labels: string[]) => captured(id, {labels});

/** The rows of Table 7 by setting, as plain values. */
function orders(runs: Parameters<typeof materialOf>[0]) {
  const [table] = labelOrder.tables(materialOf(runs));
  return new Map(table?.rows.map(({setting, cells}) => [setting, cells]));
}

describe("label-order", () => {
  test("a case for paper: two of three answers follow the alphabet, one the reversed prompt", () => {
    const documents = [
      answer("a", "anger", "joy"),
      answer("b", "fear", "joy"),
      answer("c", "joy", "fear"),
      answer("d", "joy"),
    ];
    const cells = orders([settingRun("reversed", ["joy", "fear", "anger"], documents)]).get("reversed");
    expect(cells?.alphabetical).toMatchObject({value: 2 / 3, n: 3});
    expect(cells?.prompt).toMatchObject({value: 1 / 3, n: 3});
    expect(cells?.difference?.value).toBeCloseTo(-1 / 3, 12);
    expect(cells?.["by-chance"]).toMatchObject({value: 1 / 2, n: 3});
    expect(cells?.["multi-label"]).toMatchObject({value: 3 / 4, n: 4});
  });

  test("chance is one in six for an answer with three labels", () => {
    const cells = orders([settingRun("random:1", ["fear", "joy", "anger"], [answer("a", "anger", "fear", "joy")])]).get(
      "random:1",
    );
    expect(cells?.["by-chance"]?.value).toBeCloseTo(1 / 6, 12);
  });

  test("under the alphabetical order the two shares are one number, and their difference says nothing", () => {
    const cells = orders([
      settingRun("alphabetical", ALPHABET, [answer("a", "anger", "joy"), answer("b", "joy", "fear")]),
    ]).get("alphabetical");
    expect(cells?.prompt).toEqual(cells?.alphabetical);
    expect(cells?.difference).toEqual({reason: "the prompt's order is the alphabetical one", n: 0});
  });

  test("several random orders are pooled over all their answers, documents counted once", () => {
    const one = settingRun("random:1", ["joy", "anger", "fear"], [answer("a", "joy", "anger"), answer("b", "fear")]);
    const two = settingRun(
      "random:2",
      ["fear", "joy", "anger"],
      [answer("a", "anger", "joy"), answer("b", "fear", "joy")],
    );
    const cells = orders([one, two]).get("random (mean of 2)");
    expect(cells?.alphabetical).toMatchObject({value: 2 / 3, n: 2});
    expect(cells?.prompt).toMatchObject({value: 2 / 3, n: 2});
    expect(cells?.["multi-label"]).toMatchObject({value: 3 / 4, n: 2});
  });

  test("without an answer of two labels every share has its reason", () => {
    const cells = orders([settingRun("reversed", ["joy", "fear", "anger"], [answer("a", "joy")])]).get("reversed");
    expect(cells?.prompt).toEqual({reason: "no answer names two labels", n: 0});
  });

  test("a single run has the order bias of the comparison's dynamics, to the interval", () => {
    fc.assert(
      fc.property(
        fc
          .integer({min: 1, max: 14})
          .chain(count => fc.tuple(...Array.from({length: count}, (_, i) => anyCaptured(`d${i}`)))),
        documents => {
          const one = settingRun("random:1", ["joy", "anger", "fear"], documents);
          const samples = drawSamples(documents.length, {resamples: 200, rng: createRng("0/documents")});
          const expected = orderBias(viewRun(one), samples, ["joy", "anger", "fear"]);
          const cells = orders([one]).get("random:1");
          expect(cells?.alphabetical).toEqual(expected.alphabetical);
          expect(cells?.prompt).toEqual(expected.prompt);
          expect(cells?.["by-chance"]).toEqual(expected.byChance);
        },
      ),
      {numRuns: 20},
    );
  });

  test("a label order that is not known is refused before anything is planned", () => {
    expect(() => labelOrder.variations({values: ["sideways"]})).toThrow('label order "sideways" is not known');
  });
});
