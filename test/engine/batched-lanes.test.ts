import {describe, expect, test} from "vitest";
import {batchedLanes, cacheTypeOf} from "../../src/engine/batched-lanes.ts";
import type {SessionOptions} from "../../src/engine/engine.ts";
import type {LanesRequest} from "../../src/engine/lanes.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";

const PREFIX = Array.from({length: 300}, (_, index) => index % 3);
const request: LanesRequest = {
  prefix: PREFIX,
  longestTokens: 400,
  documents: 4,
  sequences: 4,
  scratch: {sequences: 2, tokens: 10},
  wantedScratch: 2,
  hidden: false,
  strict: false,
  local: {threads: 1, flashAttention: false},
};
const model = scriptedModel({tokens: ["a", "b", "c"]});

/** The options with which a session was opened, and what was said of it beforehand. */
async function opened(asked: LanesRequest) {
  const seen: SessionOptions[] = [];
  const openSession: typeof model.openSession = async options => {
    seen.push(options);
    return await model.openSession(options);
  };
  const planned = batchedLanes({openSession, capabilities: {...model.capabilities, sharedPrefix: true}}, asked);
  await using _ = await planned.open(new AbortController().signal);
  const [options] = seen;
  if (options === undefined) throw new Error("no session was opened");
  return {options, facts: planned.facts};
}

describe("batchedLanes", () => {
  test("has cells for the prefix once, and for each document's own tokens and those of its paths", async () => {
    const {options, facts} = await opened(request);
    expect(facts).toMatchObject({sequences: 4, sharedPrefixTokens: 300});
    // Of the 400 tokens each document adds 100, and two paths of 10 beside.
    expect(options.cells).toBeGreaterThanOrEqual(300 + 4 * (100 + 2 * 10));
    expect(options.cells).toBeLessThan(300 + 4 * (100 + 2 * 10) + 256);
  });

  test("opens the cache that the manifest names", async () => {
    for (const strict of [true, false]) {
      const {options} = await opened({...request, strict});
      expect(options.cacheType).toBe(cacheTypeOf({strict}));
    }
    expect(cacheTypeOf({strict: true})).toBe("f32");
  });

  test("shares nothing in strict mode: one document, no prefix, no path, and room for the whole prompt", async () => {
    const {options, facts} = await opened({...request, strict: true});
    expect(facts).toMatchObject({sequences: 1, sharedPrefixTokens: 0});
    expect(options.sequences).toBe(1);
    expect(options.cells).toBeGreaterThanOrEqual(400);
    expect(options.cells).toBeLessThan(400 + 256);
  });
});
