import {describe, expect, test} from "vitest";
import {binary} from "../../src/estimate/binary.ts";
import {binaryOutcomePaper} from "../../src/estimate/binary-outcome-paper.ts";
import {binaryPaper} from "../../src/estimate/binary-paper.ts";
import type {Pair} from "../../src/records/questions.ts";
import {close, NO_NONE, RUN, reasonOf, records, valuesOf} from "./support.ts";

/** A pair whose letters have these probabilities, in the order of the labels and the other way round. */
const pair = (first: number, second: number, a: number, b: number, turned = 0.5): Pair => ({
  first,
  second,
  asked: [
    {first: a / 2, second: b / 2, firstToken: {first: a, second: b}},
    {first: turned, second: 1 - turned, firstToken: {first: turned, second: 1 - turned}},
  ],
});
const lettered = (...pairs: Pair[]) => records({binary: {answers: "letters", pairs}});

describe("binary@paper and binary-outcome@paper", () => {
  test("read the order of the run's labels only: what the other order says changes nothing", () => {
    const at = (turned: number) =>
      lettered(pair(0, 1, 0.6, 0.3, turned), pair(0, 2, 0.9, 0.1, turned), pair(1, 2, 0.2, 0.8, turned));
    for (const estimator of [binaryPaper, binaryOutcomePaper]) {
      expect(estimator.estimate(RUN, at(0.99))).toEqual(estimator.estimate(RUN, at(0.01)));
    }
    expect(binary.estimate(RUN, at(0.99))).not.toEqual(binary.estimate(RUN, at(0.01)));
  });

  test("are the strengths of the letters' shares: those of binary on a record that says the same in both orders", () => {
    const letters = [pair(0, 1, 0.6, 0.2), pair(0, 2, 0.3, 0.1), pair(1, 2, 0.1, 0.4)];
    const both = letters.map(({first, second, asked: [{firstToken}]}): Pair => {
      const {first: a = 0, second: b = 0} = firstToken ?? {};
      return {
        first,
        second,
        asked: [
          {first: a, second: b},
          {first: a, second: b},
        ],
      };
    });
    const found = valuesOf(binaryPaper.estimate(RUN, lettered(...letters)));
    expect(close(found, valuesOf(binary.estimate(RUN, records({binary: {pairs: both}}))))).toBe(true);
  });

  test("a tie counts for b: three ties make the null label, always b, the strongest", () => {
    const ties = lettered(pair(0, 1, 0.5, 0.5), pair(0, 2, 0.5, 0.5), pair(1, 2, 0.5, 0.5));
    expect(valuesOf(binaryPaper.estimate(RUN, ties))).toEqual([0.5, 0.5]);
    // Wins: joy 0, fear 1, none 2. By hand: the strengths are symmetric about fear, so s = (-x, 0, x).
    const [joy = 1, fear = 1] = valuesOf(binaryOutcomePaper.estimate(RUN, ties));
    expect(joy).toBeLessThan(fear);
    expect(fear).toBeLessThan(0.5);
    const logit = (q: number) => Math.log(q / (1 - q));
    expect(logit(joy)).toBeCloseTo(2 * logit(fear), 6);
  });

  test("have a reason without letters, without first tokens, without probability, without a null label", () => {
    const half = {first: 0.5, second: 0.5};
    const pairs = [pair(0, 1, 1, 0), pair(0, 2, 1, 0), pair(1, 2, 1, 0)];
    const bare = pairs.map(({first, second}): Pair => ({first, second, asked: [half, half]}));
    for (const estimator of [binaryPaper, binaryOutcomePaper]) {
      const why = (...about: Parameters<typeof estimator.estimate>) => reasonOf(estimator.estimate(...about));
      expect(why(RUN, records())).toBe("no question about pairs of labels was captured");
      expect(why(RUN, records({binary: {pairs}}))).toMatch(/^the options were not lettered: write answers: letters/);
      expect(why(RUN, lettered(...bare))).toMatch(/^no probabilities of the answers' first tokens/);
      expect(why(RUN, lettered(...pairs.slice(1), pair(0, 1, 0, 0)))).toBe(
        "both answers about a pair have probability 0",
      );
      expect(why(NO_NONE, lettered(pair(0, 1, 1, 0)))).toMatch(/no null label/);
    }
  });
});
