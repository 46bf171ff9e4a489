import {describe, expect, test} from "vitest";
import type {Extension, SessionOptions} from "../../src/engine/engine.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";
import {flashAdvice, flashSentence, LONG_RUN} from "../../src/run/flash-advice.ts";
import {measureInTurn, medianGain, medianSpeed} from "../../src/run/model-speed.ts";

const SHAPE = {threads: 1, batchTokens: 64, lanes: 3, flashAttention: false};

/** A scripted model that remembers how its sessions were opened and what they were asked. */
function watched() {
  const model = scriptedModel();
  const opened: SessionOptions[] = [];
  const extended: (readonly Extension[])[] = [];
  return {
    opened,
    extended,
    model: {
      vocabulary: model.vocabulary,
      trainContextTokens: model.trainContextTokens,
      openSession: async (options: SessionOptions) => {
        opened.push(options);
        const session = await model.openSession(options);
        const extend = session.extend.bind(session);
        session.extend = async (items, signal) => {
          extended.push(items);
          return await extend(items, signal);
        };
        return session;
      },
    },
  };
}

describe("measureInTurn", () => {
  test("takes all shapes once before any is taken again, and one round always", async () => {
    const {model, opened} = watched();
    const both = [false, true].map(flashAttention => ({model, shape: {...SHAPE, flashAttention}}));
    const speeds = await measureInTurn(both, {rounds: 2, seconds: Number.POSITIVE_INFINITY});
    expect(opened.map(({flashAttention}) => flashAttention)).toEqual([false, true, false, true]);
    expect(speeds.map(own => own.length)).toEqual([2, 2]);
    expect((await measureInTurn(both, {rounds: 2, seconds: 0})).map(own => own.length)).toEqual([1, 1]);
  });

  test("decodes on as many sequences as the shape says, each a copy of the prompt", async () => {
    const {model, extended} = watched();
    const [[speed] = []] = await measureInTurn([{model, shape: SHAPE}], {rounds: 1, seconds: 1});
    expect(extended.at(-1)?.map(({sequence, tokens}) => [sequence, tokens.length])).toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
    expect(speed?.prefill).toBeGreaterThan(0);
    expect(speed?.decode).toBeGreaterThan(0);
  });
});

describe("medians", () => {
  test("of quotients pair round with round: a machine that slows down for one round changes neither", () => {
    const slow = [100, 10, 100].map(rate => ({prefill: rate, decode: rate}));
    const fast = [150, 15, 150].map(rate => ({prefill: rate, decode: 2 * rate}));
    expect(medianGain(fast, slow)).toEqual({prefill: 1.5, decode: 3});
    expect(medianSpeed(slow)).toEqual({prefill: 100, decode: 100});
  });
});

describe("flashAdvice", () => {
  const facts = {sequences: 2, threads: 1, batchTokens: 64};
  const options = {strict: false, flashAttention: false};

  test("measures only after a long run that could have used it", async () => {
    const {model, opened} = watched();
    for (const run of [
      {seconds: LONG_RUN - 1, facts, options},
      {seconds: LONG_RUN, facts, options: {...options, strict: true}},
      {seconds: LONG_RUN, facts, options: {...options, flashAttention: true}},
      {seconds: LONG_RUN, facts: {sequences: 2}, options},
    ]) {
      expect(await flashAdvice(model, run)).toBeUndefined();
    }
    expect(opened).toEqual([]);
    await flashAdvice(model, {seconds: LONG_RUN, facts, options});
    expect(opened.slice(0, 2).map(({flashAttention, threads}) => [flashAttention, threads])).toEqual([
      [false, 1],
      [true, 1],
    ]);
  });

  test("is silent where nothing would be gained", () => {
    expect(flashSentence({prefill: 1.02, decode: 0.9})).toBeUndefined();
    expect(flashSentence({prefill: Number.NaN, decode: Number.NaN})).toBeUndefined();
    expect(flashSentence({prefill: 1.5, decode: 1.1})).toContain(
      "prompts 1.50 times as fast and write answers 1.10 times",
    );
  });
});
