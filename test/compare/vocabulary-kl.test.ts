import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {commonTokens, klLowerBoundNats} from "../../src/compare/vocabulary-kl.ts";
import {klDivergenceNats} from "../../src/math/kl-divergence.ts";
import {logSumExp} from "../../src/math/softmax.ts";
import {goldenDynamics} from "../dynamics/golden.ts";
import {labelStep} from "../dynamics/support.ts";

const UNIFORM = [0.25, 0.25, 0.25, 0.25];
const logs = (scores: readonly number[]) => scores.map(score => score - logSumExp(scores));

describe("klLowerBoundNats", () => {
  test.each(goldenDynamics.bounds)("is SciPy's KL of the tokens and one rest bin: $bound", ({p, q, bound, full}) => {
    expect(klLowerBoundNats({p, q})).toBeCloseTo(bound, 9);
    expect(bound).toBeLessThanOrEqual(full);
  });

  test("never exceeds the KL of the whole vocabulary, whichever tokens are kept", () => {
    const scores = fc.array(fc.double({min: -8, max: 8, noNaN: true}), {minLength: 6, maxLength: 6});
    fc.assert(
      fc.property(scores, scores, fc.subarray([0, 1, 2, 3, 4, 5]), (p, q, kept) => {
        const [logP, logQ] = [logs(p), logs(q)];
        const some = (all: readonly number[]) => kept.map(index => all[index] ?? Number.NaN);
        const full = klDivergenceNats({p, q});
        const bound = klLowerBoundNats({p: some(logP), q: some(logQ)});
        expect(bound).toBeGreaterThanOrEqual(0);
        expect(bound).toBeLessThanOrEqual(full + 1e-6);
        if (kept.length === 6) expect(bound).toBeCloseTo(full, 5);
      }),
    );
  });

  test("is 0 without a common token, and between equal distributions", () => {
    expect(klLowerBoundNats({p: [], q: []})).toBe(0);
    const equal = [Math.log(0.7), Math.log(0.2)];
    expect(klLowerBoundNats({p: equal, q: equal})).toBe(0);
  });
});

describe("commonTokens", () => {
  test("keeps the tokens that both steps recorded, as log-probabilities", () => {
    const top = (pairs: readonly (readonly [number, number])[], logSum: number) =>
      labelStep(1, UNIFORM, "joy", {
        logSumExp: logSum,
        topTokens: pairs.map(([token, logit]) => ({token, text: "", logit})),
      });
    const base = top(
      [
        [3, 2],
        [5, 1],
      ],
      4,
    );
    const variant = top(
      [
        [5, 7],
        [9, 6],
      ],
      8,
    );
    expect(commonTokens({base, variant})).toEqual({base: [-3], variant: [-1]});
  });
});
