import fc from "fast-check";
import {describe, expect, test} from "vitest";
import type {ReadSpec} from "../../src/engine/engine.ts";
import {reduceLogits} from "../../src/engine/reduce.ts";
import {codeOf} from "../support/code-of.ts";

const NONE: ReadSpec = {tokens: [], groups: [], top: 0};
/** Few distinct values, so that ties are common. */
const logits = fc.array(
  fc.integer({min: -40, max: 40}).map(value => value / 4),
  {minLength: 1, maxLength: 40},
);

/** The same read-out, the slow and plain way. */
function naive(values: readonly number[]) {
  const total = values.reduce((sum, value) => sum + Math.exp(value), 0);
  const p = values.map(value => Math.exp(value) / total);
  const ranked = values.map((logit, token) => ({token, logit})).sort((a, b) => b.logit - a.logit || a.token - b.token);
  return {logSumExp: Math.log(total), bits: -p.reduce((sum, value) => sum + value * Math.log2(value), 0), ranked};
}

describe("reduceLogits", () => {
  test("agrees with sums and a sort written out plainly, ties by lower id", () => {
    const property = fc.property(logits, fc.nat({max: 45}), (values, top) => {
      const seen = reduceLogits(Float32Array.from(values), {...NONE, top});
      const wanted = naive(values);
      return (
        Math.abs(seen.logSumExp - wanted.logSumExp) < 1e-9 &&
        Math.abs(seen.vocabEntropyBits - wanted.bits) < 1e-9 &&
        JSON.stringify(seen.argmax) === JSON.stringify(wanted.ranked[0]) &&
        JSON.stringify(seen.top) === JSON.stringify(wanted.ranked.slice(0, top))
      );
    });
    expect(fc.check(property, {numRuns: 1000}).counterexample).toBeNull();
  });

  test("a shift of all logits moves the logsumexp and nothing else", () => {
    const property = fc.property(logits, values => {
      const one = reduceLogits(Float32Array.from(values), NONE);
      const other = reduceLogits(Float32Array.from(values.map(value => value + 512)), NONE);
      return (
        Math.abs(other.logSumExp - one.logSumExp - 512) < 1e-9 &&
        Math.abs(other.vocabEntropyBits - one.vocabEntropyBits) < 1e-9 &&
        other.argmax.token === one.argmax.token
      );
    });
    expect(fc.check(property).counterexample).toBeNull();
  });

  test("gives token logits in the order asked for, and a group's joint weight", () => {
    const seen = reduceLogits(Float32Array.of(1, 2, 3, 4), {tokens: [3, 0, 3], groups: [[0, 1], [], [2]], top: 0});
    expect(seen.tokenLogits).toEqual([4, 1, 4]);
    expect(seen.groupLogSumExp[0]).toBeCloseTo(Math.log(Math.exp(1) + Math.exp(2)), 12);
    expect(seen.groupLogSumExp[1]).toBe(Number.NEGATIVE_INFINITY);
    expect(seen.groupLogSumExp[2]).toBeCloseTo(3, 12);
  });

  test("a logit of -Infinity has no weight", () => {
    const seen = reduceLogits(Float32Array.of(0, Number.NEGATIVE_INFINITY, 0), {...NONE, groups: [[1]], tokens: [1]});
    expect(seen.logSumExp).toBeCloseTo(Math.LN2, 12);
    expect(seen.vocabEntropyBits).toBeCloseTo(1, 12);
    expect([seen.groupLogSumExp[0], seen.tokenLogits[0]]).toEqual([Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });

  test("very large logits do not overflow", () => {
    const seen = reduceLogits(Float32Array.of(1e30, 1e30, -1e30), NONE);
    expect(seen.vocabEntropyBits).toBeCloseTo(1, 12);
    expect(seen.logSumExp).toBe(Math.fround(1e30));
  });

  test("vector and hidden state are handed over only on request", () => {
    const vector = Float32Array.of(1, 2);
    const hidden = Float32Array.of(7);
    expect(reduceLogits(vector, NONE, hidden)).not.toHaveProperty("hidden");
    expect(reduceLogits(vector, NONE, hidden)).not.toHaveProperty("logits");
    expect(reduceLogits(vector, {...NONE, hidden: true, logits: true}, hidden)).toMatchObject({logits: vector, hidden});
    expect(reduceLogits(vector, {...NONE, hidden: true})).not.toHaveProperty("hidden");
  });

  test.each([
    ["a NaN", [0, Number.NaN, 1]],
    ["a NaN in front", [Number.NaN, 1]],
    ["+Infinity", [0, Number.POSITIVE_INFINITY]],
    ["nothing but -Infinity", [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ])("%s is named as nan-logits", async (_what, values) => {
    expect(await codeOf(() => reduceLogits(Float32Array.from(values), NONE))).toBe("nan-logits");
  });
});
