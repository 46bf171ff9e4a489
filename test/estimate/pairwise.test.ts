import {readFileSync} from "node:fs";
import {join} from "node:path";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {z} from "zod";
import {binary} from "../../src/estimate/binary.ts";
import {binaryOutcome} from "../../src/estimate/binary-outcome.ts";
import type {RunLabels} from "../../src/estimate/estimator.ts";
import {pairOutcome, pairShare} from "../../src/estimate/pairwise.ts";
import {type Pair, pairSchema} from "../../src/records/questions.ts";
import {close, NO_NONE, RUN, reasonOf, records, valuesOf} from "./support.ts";

const golden = z
  .object({
    documents: z.array(
      z.object({
        mass: z.number(),
        pairs: z.array(pairSchema),
        values: z.object({binary: z.array(z.number()), "binary-outcome": z.array(z.number())}),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "../golden/bradley-terry.golden.json"), "utf8")));

const FOUR: RunLabels = {labels: ["anger", "fear", "joy", "none"], noneLabel: "none"};

/** A pair whose first label takes these shares of the mass when it stands first and when it stands second. */
const pair = (first: number, second: number, shares: readonly [number, number], mass = 1): Pair => {
  const [one, other] = shares.map(share => ({first: mass * share, second: mass * (1 - share)}));
  if (one === undefined || other === undefined) throw new Error("two shares make a pair");
  return {first, second, asked: [one, other]};
};

const three = (...shares: readonly [number, number, number]) => ({
  pairs: [pair(0, 1, [shares[0], shares[0]]), pair(0, 2, [shares[1], shares[1]]), pair(1, 2, [shares[2], shares[2]])],
});

describe("binary and binary-outcome", () => {
  test("there are golden documents, of which one has almost no answer mass", () => {
    expect(golden.documents.map(({mass}) => mass)).toEqual([0.99, 0.6, 0.02]);
  });

  test.each(golden.documents)("are SciPy's at an answer mass of $mass", ({mass, pairs, values}) => {
    const one = records({binary: {pairs}});
    expect(close(valuesOf(binary.estimate(FOUR, one)), values.binary)).toBe(true);
    expect(close(valuesOf(binaryOutcome.estimate(FOUR, one)), values["binary-outcome"])).toBe(true);
    expect("remarks" in binary.estimate(FOUR, one)).toBe(mass < 0.5);
  });

  test("put a label above ½ where it wins against the null label, and the surer the higher", () => {
    const at = (share: number) => valuesOf(binary.estimate(RUN, records({binary: three(0.5, share, share)})))[0] ?? 0;
    expect(at(0.5)).toBeCloseTo(0.5, 12);
    expect(at(0.9)).toBeGreaterThan(at(0.7));
    expect(at(0.1)).toBeCloseTo(1 - at(0.9), 9);
  });

  test("binary-outcome looks at the winner alone, and a tie counts half", () => {
    const [sure, unsure] = [three(0.5, 0.99, 0.3), three(0.5, 0.51, 0.01)].map(asked =>
      valuesOf(binaryOutcome.estimate(RUN, records({binary: asked}))),
    );
    expect(sure).toEqual(unsure);
    expect([0.49999999999999994, 0.5, 0.5000000000000001].map(pairOutcome)).toEqual([0.5, 0.5, 0.5]);
    expect([pairOutcome(0.5 - 1e-9), pairOutcome(0.5 + 1e-9)]).toEqual([0, 1]);
  });

  test("binary-outcome gives labels with as many wins the same number to the bit, and with as many as the null label ½", () => {
    const labels = ["a", "b", "c", "d", "e", "f", "g", "none"];
    const run: RunLabels = {labels, noneLabel: "none"};
    const places = labels.flatMap((_, first) =>
      labels.slice(first + 1).map((_more, k) => [first, first + 1 + k] as const),
    );
    const won = fc.constantFrom(0, 1);
    const holds = fc.property(fc.array(won, {minLength: places.length, maxLength: places.length}), drawn => {
      const pairs = places.map(([first, second], index) => pair(first, second, [drawn[index] ?? 0, drawn[index] ?? 0]));
      const wins = labels.map((_, player) =>
        places.reduce((sum, [first, second], index) => {
          const p = drawn[index] ?? 0;
          return sum + (first === player ? p : second === player ? 1 - p : 0);
        }, 0),
      );
      const values = [...valuesOf(binaryOutcome.estimate(run, records({binary: {pairs}}))), 0.5];
      return values.every((one, i) => values.every((other, j) => (wins[i] === wins[j]) === (one === other)));
    });
    expect(fc.check(holds, {numRuns: 200}).counterexample).toBeNull();
  });

  test("binary-outcome gives documents with the same wins the same numbers to the bit, whoever won against whom", () => {
    const labels = ["a", "b", "c", "d", "e", "none"];
    const run: RunLabels = {labels, noneLabel: "none"};
    const places = labels.flatMap((_, first) =>
      labels.slice(first + 1).map((_more, k) => [first, first + 1 + k] as const),
    );
    const won = fc.constantFrom(0, 1);
    let turned = 0;
    const holds = fc.property(fc.array(won, {minLength: places.length, maxLength: places.length}), drawn => {
      const wins = (first: number, second: number) => drawn[places.findIndex(([i, j]) => i === first && j === second)];
      // Three players who win in a circle have as many wins after the circle is turned round.
      const circle = places
        .flatMap(([i, j]) => labels.map((_, k) => [i, j, k] as const))
        .find(([i, j, k]) => j < k && wins(i, j) === wins(j, k) && wins(j, k) !== wins(i, k));
      const values = [false, true].map(turn =>
        places.map(([first, second], index) => {
          const inside = circle?.includes(first) === true && circle.includes(second);
          const p = turn && inside ? 1 - (drawn[index] ?? 0) : (drawn[index] ?? 0);
          return pair(first, second, [p, p]);
        }),
      );
      turned += circle === undefined ? 0 : 1;
      const [one, other] = values.map(pairs => valuesOf(binaryOutcome.estimate(run, records({binary: {pairs}}))));
      return JSON.stringify(one) === JSON.stringify(other);
    });
    expect(fc.check(holds, {numRuns: 200, seed: 1}).counterexample).toBeNull();
    expect(turned).toBeGreaterThan(100);
  });

  test("average over the two orders, each by its own mass", () => {
    const {asked} = pair(0, 1, [0.9, 0.5]);
    expect(pairShare({asked})).toBeCloseTo(0.7, 12);
    // The second order holds a hundredth of the mass and still counts half.
    const faint = {
      asked: [
        {first: 0.9, second: 0.1},
        {first: 0.005, second: 0.005},
      ],
    } satisfies Pick<Pair, "asked">;
    expect(pairShare(faint)).toBeCloseTo(0.7, 12);
  });

  test("a model that always takes what stands first knows nothing: ½ throughout", () => {
    const pairs = [pair(0, 1, [1, 0]), pair(0, 2, [1, 0]), pair(1, 2, [1, 0])];
    for (const estimator of [binary, binaryOutcome]) {
      expect(close(valuesOf(estimator.estimate(RUN, records({binary: {pairs}}))), [0.5, 0.5])).toBe(true);
    }
  });

  test("grow with every share that a label wins", () => {
    const share = fc.double({min: 0, max: 1, noNaN: true});
    const holds = fc.property(share, share, share, share, (a, b, c, more) => {
      const [low, high] = [Math.min(b, more), Math.max(b, more)];
      const [below, above] = [low, high].map(one =>
        valuesOf(binary.estimate(RUN, records({binary: three(a, one, c)}))),
      );
      return (below?.[0] ?? 1) <= (above?.[0] ?? 0) + 1e-9;
    });
    expect(fc.check(holds).counterexample).toBeNull();
  });

  test.each([
    ["nothing captured", RUN, undefined, "no question about pairs of labels was captured"],
    [
      "a task without a null label",
      NO_NONE,
      {pairs: [pair(0, 1, [1, 1])]},
      "the task has no null label to measure strengths from",
    ],
    [
      "answers without probability",
      RUN,
      {pairs: [pair(0, 1, [1, 1]), pair(0, 2, [1, 1], 0), pair(1, 2, [1, 1])]},
      "both answers about a pair have probability 0",
    ],
  ])("have a reason for %s", (_what, run, asked, reason) => {
    for (const estimator of [binary, binaryOutcome]) {
      expect(reasonOf(estimator.estimate(run, records({binary: asked})))).toBe(reason);
    }
  });

  test.each([
    ["a pair that is missing", three(0.5, 0.5, 0.5).pairs.slice(1)],
    ["a pair that is there twice", [pair(0, 1, [1, 1]), pair(0, 1, [1, 1]), pair(1, 2, [1, 1])]],
    ["a pair the wrong way round", [pair(1, 0, [1, 1]), pair(0, 2, [1, 1]), pair(1, 2, [1, 1])]],
    ["a label that is not there", [pair(0, 1, [1, 1]), pair(0, 3, [1, 1]), pair(1, 2, [1, 1])]],
  ])("refuse a record with %s", (_what, pairs) => {
    expect(() => binary.estimate(RUN, records({binary: {pairs}}))).toThrow(RangeError);
  });
});
