import {describe, expect, test} from "vitest";
import {checkGate, parseGate} from "../../src/compare/gate.ts";
import {codeOf} from "../support/code-of.ts";

const results = {
  curves: {"ladder-q4.0": {base: {step1: {slope: {value: -0.2, n: 4}, points: [{value: 3, n: 2}]}}}},
  "curves.flat": 7,
  pairs: [{p: 0.5}],
  missing: {reason: "one size", n: 0},
  runs: [{run: "SmolLM2 135M (3 shots)", folder: "posts-smollm2-135m-1a2b3c4d"}],
  estimates: {"SmolLM2 135M (3 shots)": {hard: {title: "Hard", metrics: {"example-f1": {value: 0.25, n: 9}}}}},
};
const outcome = (text: string) => checkGate(parseGate(text), results);

describe("parseGate", () => {
  test("reads a path, an operator and a number, with or without spaces", () => {
    expect(parseGate("a.b>=-1e-3")).toMatchObject({path: "a.b", operator: ">=", number: -0.001});
    expect(parseGate("  a.b  <  2 ")).toMatchObject({path: "a.b", operator: "<", number: 2});
  });

  test.each(["", "a", "a >", "> 1", "a = 1", "a > b", "a > Infinity", "a > 1 2"])("refuses %j", async text => {
    expect(await codeOf(() => parseGate(text))).toBe("bad-gate");
  });
});

describe("checkGate", () => {
  test("fails where the condition holds; a measured number stands for its value", () => {
    expect(outcome("curves.ladder-q4.0.base.step1.slope > 0")).toMatchObject({failed: false, value: -0.2});
    expect(outcome("curves.ladder-q4.0.base.step1.slope < 0")).toMatchObject({failed: true, value: -0.2});
    expect(outcome("curves.ladder-q4.0.base.step1.slope.value == -0.2")).toMatchObject({failed: true});
  });

  test("takes the longest key that leads on, and entries of lists by number", () => {
    expect(outcome("curves.flat >= 7")).toMatchObject({failed: true, value: 7});
    expect(outcome("pairs.0.p != 0.5")).toMatchObject({failed: false, value: 0.5});
    expect(outcome("curves.ladder-q4.0.base.step1.points.0 <= 2")).toMatchObject({failed: false, value: 3});
  });

  test("a run goes by its name in brackets or by its folder's, and an estimator's metrics need no word of their own", () => {
    const [named, folder] = ['["SmolLM2 135M (3 shots)"]', ".posts-smollm2-135m-1a2b3c4d"];
    for (const run of [named, folder, named.replaceAll('"', "'")])
      for (const path of ["hard.example-f1.value", "hard.metrics.example-f1", 'hard["metrics"]["example-f1"]'])
        expect(outcome(`estimates${run}${path.startsWith("[") ? "" : "."}${path} >= 0.5`)).toMatchObject({
          failed: false,
          value: 0.25,
        });
    expect(() => outcome(`estimates${named}.hard.exmaple-f1 > 0`)).toThrow(
      expect.objectContaining({message: expect.stringContaining('hard has no "exmaple-f1"')}),
    );
  });

  test("a value that is absent fails with its reason, whatever the condition", () => {
    expect(outcome("missing > 0")).toEqual({gate: parseGate("missing > 0"), failed: true, reason: "one size"});
    expect(outcome("missing <= 0")).toMatchObject({failed: true, reason: "one size"});
  });

  test("a path that leads nowhere names the nearest keys where it stopped", () => {
    expect(() => outcome("curves.ladder-q4.0.base.stpe1.slope > 0")).toThrow(
      expect.objectContaining({
        code: "unknown-path",
        message: expect.stringContaining('curves.ladder-q4.0.base has no "stpe1.slope"'),
        details: ["curves.ladder-q4.0.base has: step1"],
      }),
    );
  });

  test("a path that ends at no number is refused, too", async () => {
    expect(await codeOf(() => outcome("curves > 0"))).toBe("unknown-path");
    expect(await codeOf(() => outcome("__proto__.x > 0"))).toBe("unknown-path");
  });
});
