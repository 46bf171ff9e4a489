import {describe, expect, test} from "vitest";
import type {Session, SessionOptions} from "../../src/engine/engine.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";
import {selfTest} from "../../src/engine/self-test.ts";

const TOKENS = [1, 2, 3];
const open = async (options: SessionOptions) => await scriptedModel().openSession(options);
const openOther = async (options: SessionOptions) => await scriptedModel({script: () => ({a: 1})}).openSession(options);

describe("selfTest", () => {
  test("is content with a reader that gives the same bits", async () => {
    expect(await selfTest(open, open, TOKENS)).toBeUndefined();
  });

  test("counts the logits that differ", async () => {
    expect(await selfTest(openOther, open, TOKENS)).toMatch(/self-test failed: \d+ logits differ/);
  });

  test("says why a reader could not be tried", async () => {
    const broken = async () => {
      throw new Error("no such symbol");
    };
    expect(await selfTest(broken, open, TOKENS)).toContain("no such symbol");
  });

  test("notices a reader that is right at first and wrong after one more token", async () => {
    const lazy = async (options: SessionOptions): Promise<Session> => {
      const session = await open(options);
      let calls = 0;
      return {
        path: session.path,
        sequences: session.sequences,
        contextTokens: session.contextTokens,
        length: sequence => session.length(sequence),
        extend: async items => {
          const found = await session.extend(items);
          const last = ++calls < 2 ? undefined : found[0]?.[0]?.logits;
          if (last !== undefined) last[5] = 0.125;
          return found;
        },
        fork: async (from, to) => await session.fork(from, to),
        trim: async (sequence, length) => await session.trim(sequence, length),
        [Symbol.asyncDispose]: async () => await session[Symbol.asyncDispose](),
      };
    };
    expect(await selfTest(lazy, open, TOKENS)).toContain("1 logits differ");
  });
});
