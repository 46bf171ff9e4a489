import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {addCosts, addMeasures, type Cost, costOf, type KindMeasure, NO_COST} from "../../src/schedule/cost.ts";

const measure: KindMeasure = {documents: 10, seconds: 20, tokens: 1000, answerTokens: 50, bytes: 4000};

describe("the cost of missing work", () => {
  test("a case for paper: the prefix once, prompts behind it, answers as long as those so far", () => {
    const work = {record: "trace" as const, documents: 30, promptTokens: 2400, prefixTokens: 450};
    expect(costOf([work], {trace: measure}, {answerBudget: 99})).toEqual({
      documents: 30,
      tokens: 450 + 2400 + 150,
      seconds: 60,
      bytes: 12_000,
    });
  });

  test("with nothing measured the answers are as long as their budget, and time and size are not known", () => {
    const work = {record: "trace" as const, documents: 3, promptTokens: 60, prefixTokens: 40};
    expect(costOf([work], {}, {answerBudget: 20})).toEqual({documents: 3, tokens: 160});
  });

  test("other records go by the document, with their prefix", () => {
    const work = {record: "binary" as const, documents: 5, promptTokens: 1, prefixTokens: 100};
    expect(costOf([work], {binary: measure}, {answerBudget: 20})).toEqual({
      documents: 5,
      tokens: 600,
      seconds: 12,
      bytes: 2000,
    });
  });

  test("nothing missing costs nothing, whatever was measured", () => {
    const work = {record: "trace" as const, documents: 0, promptTokens: 0, prefixTokens: 0};
    expect(costOf([work], {}, {answerBudget: 20})).toEqual(NO_COST);
  });

  test("a sum knows its time only where all its parts do, and does not depend on their order", () => {
    const cost: fc.Arbitrary<Cost> = fc.record(
      {documents: fc.nat(1000), tokens: fc.nat(1000), seconds: fc.nat(1000), bytes: fc.nat(1000)},
      {requiredKeys: ["documents", "tokens"]},
    );
    fc.assert(
      fc.property(fc.array(cost), costs => {
        const sum = addCosts(costs);
        expect(sum.seconds === undefined).toBe(costs.some(({seconds}) => seconds === undefined));
        expect(addCosts(costs.toReversed())).toEqual(sum);
      }),
    );
  });

  test("measures of several runs add up by kind of record", () => {
    const sum = addMeasures([{trace: measure}, {trace: measure, tree: measure}, {}]);
    expect(sum.trace).toEqual({documents: 20, seconds: 40, tokens: 2000, answerTokens: 100, bytes: 8000});
    expect(sum.tree).toEqual(measure);
    expect(sum).not.toHaveProperty("unary");
  });
});
