import {describe, expect, test} from "vitest";
import {assertNumeric, Ledger} from "../../src/engine/ledger.ts";
import {codeOf} from "../support/code-of.ts";

const readOut = {
  logSumExp: 1,
  vocabEntropyBits: 1,
  argmax: {token: 0, logit: 1},
  tokenLogits: [],
  groupLogSumExp: [],
  top: [],
};

describe("Ledger", () => {
  test("names what is needed and what there is when a context would overflow", () => {
    const ledger = new Ledger(1, 4, 9);
    ledger.set(0, 3);
    const items = [{sequence: 0, tokens: [1, 2], reads: []}];
    expect(() => ledger.check(items)).toThrow("5 tokens does not fit in a context of 4");
    expect(() => ledger.check(items)).toThrow(expect.objectContaining({facts: {neededTokens: 5, contextTokens: 4}}));
  });

  test("is free again after a step that failed", async () => {
    const ledger = new Ledger(1, 4, 9);
    const failing = ledger.exclusive(async () => {
      throw new Error("inside");
    });
    expect(ledger.busy).toBe(true);
    await expect(failing).rejects.toThrow("inside");
    expect(ledger.busy).toBe(false);
    expect(await ledger.exclusive(async () => 7)).toBe(7);
  });

  test("closes once", async () => {
    const ledger = new Ledger(1, 4, 9);
    expect([ledger.close(), ledger.close()]).toEqual([true, false]);
    await expect(ledger.exclusive(async () => 7)).rejects.toThrow("closed");
  });
});

describe("assertNumeric", () => {
  test("lets numbers through", () => {
    expect(assertNumeric(readOut, false)).toBe(readOut);
  });

  test.each([
    ["a NaN was seen", readOut, true],
    ["the logsumexp is NaN", {...readOut, logSumExp: Number.NaN}, false],
    ["the logsumexp is infinite", {...readOut, logSumExp: Number.POSITIVE_INFINITY}, false],
    ["the entropy is NaN", {...readOut, vocabEntropyBits: Number.NaN}, false],
  ])("refuses where %s", async (_what, bad, hasNan) => {
    expect(await codeOf(() => assertNumeric(bad, hasNan))).toBe("nan-logits");
  });
});
