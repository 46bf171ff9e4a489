import {describe, expect, test} from "vitest";
import type {Extension} from "../../src/engine/engine.ts";
import {type ScriptedOptions, scriptedModel} from "../../src/engine/scripted.ts";

async function logitsAfter(options: ScriptedOptions, text: string): Promise<readonly number[]> {
  const model = scriptedModel(options);
  await using session = await model.openSession({
    sequences: 1,
    contextTokens: 64,
    threads: 1,
    flashAttention: false,
    cacheType: "f32",
  });
  const tokens = model.tokenize(text);
  const spec = {tokens: [], groups: [], top: 0, logits: true};
  const [readOuts] = await session.extend([{sequence: 0, tokens, reads: [{at: tokens.length - 1, spec}]}]);
  return Array.from(readOuts?.[0]?.logits ?? []);
}

describe("scriptedModel", () => {
  test("takes the longest token at each place, and bytes elsewhere", () => {
    const model = scriptedModel({tokens: ["ab", "abc", "é"]});
    expect(model.tokenize("abcabxé")).toEqual([259, 258, 120, 260]);
    expect(model.tokenize("<end>")).toHaveLength(5);
  });

  test("a script sees the text so far and names logits by text; the rest get -20", async () => {
    const seen: string[] = [];
    const script = (text: string) => {
      seen.push(text);
      return {joy: 2, "<end>": 1};
    };
    const logits = await logitsAfter({tokens: ["joy"], script}, "a joy");
    expect(seen).toEqual(["a joy"]);
    expect([logits[258], logits[256], logits[0]]).toEqual([2, 1, -20]);
  });

  test("a script that names what is no token is refused", async () => {
    await expect(logitsAfter({script: () => ({joy: 1})}, "a")).rejects.toThrow('"joy"');
  });

  test("without a script the order of tokens decides the logits", async () => {
    expect(await logitsAfter({}, "ab")).toEqual(await logitsAfter({}, "ab"));
    expect(await logitsAfter({}, "ab")).not.toEqual(await logitsAfter({}, "ba"));
  });

  test("every batch is reported", async () => {
    const batches: (readonly Extension[])[] = [];
    await logitsAfter({onExtend: items => batches.push(items)}, "abc");
    expect(batches.map(items => items[0]?.tokens)).toEqual([[97, 98, 99]]);
  });

  test("wants BOS only where it is told to", () => {
    expect(scriptedModel({bos: true}).vocabulary.bosToken).toBe(257);
    expect(scriptedModel().vocabulary).not.toHaveProperty("bosToken");
  });
});
