import {describe, expect, test} from "vitest";
import type {SessionOptions} from "../../src/engine/engine.ts";
import type {NativeReader, NativeSessionOptions} from "../../src/engine/native/load.ts";
import {NativeReaderSession} from "../../src/engine/native-session.ts";

/**
 * A reader that gives the same row whatever it is asked, and remembers how it was opened. The row is laid out as in
 * `read_row` of reader.cpp: logsumexp and entropy in nats, the best token and its logit, whether a logit is NaN, one number
 * more, then the logits of the tokens, of the groups and of the best.
 */
function readerOf(row: readonly number[]) {
  const opened: NativeSessionOptions[] = [];
  class Session {
    constructor(_handle: object, _path: string, options: NativeSessionOptions) {
      opened.push(options);
    }
    addSpec = () => 0;
    evaluate = async () => ({rows: Float64Array.from(row), vectors: new Float32Array()});
    copySequence = () => {};
    trimSequence = () => true;
    dispose = () => {};
  }
  const reader: NativeReader = {Session, trim: () => {}, quantize: async () => {}};
  const source = {reader, handle: {}, modelPath: "m.gguf", adapters: [], hiddenSize: 2, vocabularySize: 4};
  return {source, opened};
}

const options: SessionOptions = {sequences: 1, contextTokens: 16, threads: 1, flashAttention: false, cacheType: "f16"};
// Four tokens, all with logit 0: their logsumexp and their entropy are ln 4 nats.
const UNIFORM = [Math.log(4), Math.log(4), 0, 0, 0, 0];

describe("NativeReaderSession", () => {
  test("gives the entropy of the vocabulary in bits, which the reader gives in nats", async () => {
    await using session = new NativeReaderSession(readerOf([...UNIFORM, 0, Math.log(2), 0, 0]).source, options);
    const spec = {tokens: [3], groups: [[1, 2]], top: 1};
    const [[read] = []] = await session.extend([{sequence: 0, tokens: [1], reads: [{at: 0, spec}]}]);
    expect(read?.vocabEntropyBits).toBeCloseTo(2, 12);
    expect(read).toMatchObject({logSumExp: Math.log(4), tokenLogits: [0], groupLogSumExp: [Math.log(2)]});
    expect(read?.top).toEqual([{token: 0, logit: 0}]);
  });

  test("opens the cache that it is told", () => {
    for (const cacheType of ["f32", "f16"] as const) {
      const {source, opened} = readerOf(UNIFORM);
      new NativeReaderSession(source, {...options, cacheType});
      expect(opened[0]?.f32Cache).toBe(cacheType === "f32");
    }
  });

  test("refuses a read-out with logits that are no numbers", async () => {
    const [sum = 0, entropy = 0, token = 0, logit = 0] = UNIFORM;
    await using session = new NativeReaderSession(readerOf([sum, entropy, token, logit, 1, 0]).source, options);
    const reads = [{at: 0, spec: {tokens: [], groups: [], top: 0}}];
    await expect(session.extend([{sequence: 0, tokens: [1], reads}])).rejects.toMatchObject({code: "nan-logits"});
  });
});
