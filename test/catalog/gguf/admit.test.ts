import {existsSync, readdirSync} from "node:fs";
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {admitModel, type OpenedAs} from "../../../src/catalog/admit.ts";
import {type GgufDraft, ggufBytes} from "../../support/gguf-writer.ts";
import {changed, wholeModel} from "../../support/whole-model.ts";
import {failure, temporaryFolder} from "../helpers.ts";

async function written(draft: GgufDraft | Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), "file.gguf");
  await writeFile(path, draft instanceof Uint8Array ? draft : ggufBytes(draft));
  return path;
}

async function refusal(draft: GgufDraft | Uint8Array, as: OpenedAs = "model") {
  const path = await written(draft);
  return await failure((async () => admitModel(path, as))());
}

const models = join(import.meta.dirname, "../../../models");
const bytes = 256;
const byteTokens = Array.from({length: bytes}, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);

describe("the door", () => {
  test.each(readdirSync(models).filter(name => name.endsWith(".gguf")))("lets %s in", name => {
    const as = name.includes("lora") ? "adapter" : "model";
    expect(admitModel(join(models, name), as).tensors.length).toBeGreaterThan(0);
  });

  test("lets the smallest whole draft in", async () => {
    expect(admitModel(await written(wholeModel), "model").tensors).toHaveLength(4);
  });

  // What each value does to llama.cpp today: ends the process, hangs it, or loads as another model than it is.
  test.each([
    ["a block count of 0", {"llama.block_count": 0}, "llama.block_count"],
    ["a block count above the engine's 512", {"llama.block_count": 513}, "llama.block_count"],
    ["a block count that is not that of the tensors", {"llama.block_count": 2}, "llama.block_count"],
    ["no block count", {"llama.block_count": undefined}, "llama.block_count"],
    ["another width than the embedding's", {"llama.embedding_length": 16}, "llama.embedding_length"],
    ["another inner width", {"llama.feed_forward_length": 32}, "llama.feed_forward_length"],
    ["no heads", {"llama.attention.head_count": 0}, "llama.attention.head_count"],
    ["heads that do not divide", {"llama.attention.head_count_kv": 3}, "llama.attention.head_count_kv"],
    ["a NaN epsilon", {"llama.attention.layer_norm_rms_epsilon": {float: Number.NaN}}, "rms_epsilon"],
    ["a negative epsilon", {"llama.attention.layer_norm_rms_epsilon": {float: -1}}, "rms_epsilon"],
    ["an infinite rope base", {"llama.rope.freq_base": {float: Number.POSITIVE_INFINITY}}, "rope.freq_base"],
    ["an odd rope dimension", {"llama.rope.dimension_count": 3}, "rope.dimension_count"],
    ["a float where a count belongs", {"llama.block_count": {float: 1}}, "llama.block_count"],
    ["duplicate tokens", {"tokenizer.ggml.tokens": ["<end>", "a", "b", "a"]}, "tokens[3]"],
    ["more tokens than rows", {"tokenizer.ggml.tokens": ["<end>", "a", "b", "ab", "c"]}, "token_embd.weight"],
    ["fewer types than tokens", {"tokenizer.ggml.token_type": {ints: [3, 1, 1]}}, "token_type"],
    ["types of floats", {"tokenizer.ggml.token_type": {floats: [3, 1, 1, 1]}}, "token_type"],
    ["an unknown type", {"tokenizer.ggml.token_type": {ints: [3, 1, 1, 7]}}, "token_type"],
    ["byte-level BPE without merges", {"tokenizer.ggml.merges": undefined}, "merges"],
    ["a merge of one token", {"tokenizer.ggml.merges": ["ab"]}, "merges[0]"],
    ["SentencePiece without scores", {"tokenizer.ggml.model": "llama"}, "scores"],
    ["no tokeniser", {"tokenizer.ggml.model": undefined}, "tokenizer.ggml.model"],
    ["an end token beyond the vocabulary", {"tokenizer.ggml.eos_token_id": 4}, "eos_token_id"],
    ["no architecture", {"general.architecture": undefined}, "general.architecture"],
    ["an alignment of 1", {"general.alignment": 1}, "general.alignment"],
    ["an alignment of 48", {"general.alignment": 48}, "general.alignment"],
  ] as const)("refuses %s, naming it", async (_, changes, named) => {
    const error = await refusal(changed(changes));
    expect(error.code).toBe("model-damaged");
    expect(error.details.join("\n")).toContain(named);
  });

  test("refuses a SentencePiece vocabulary that cannot write every byte, and lets one in that can", async () => {
    const spm = (tokens: readonly string[]): GgufDraft => ({
      ...changed({
        "tokenizer.ggml.model": "llama",
        "tokenizer.ggml.pre": undefined,
        "tokenizer.ggml.merges": undefined,
        "tokenizer.ggml.tokens": tokens,
        "tokenizer.ggml.scores": {floats: tokens.map(() => 0)},
        "tokenizer.ggml.token_type": {ints: tokens.map(() => 1)},
      }),
      tensors: [{name: "token_embd.weight", dimensions: [8, tokens.length]}, ...wholeModel.tensors.slice(1)],
    });
    expect((await refusal(spm(["<end>", ...byteTokens.slice(1)]))).details.join()).toContain("<0x00>");
    const path = await written(spm(["<end>", ...byteTokens]));
    expect(admitModel(path, "model").tensors).toHaveLength(4);
  });

  test("refuses tokens that are not UTF-8", async () => {
    const draft = ggufBytes(wholeModel);
    draft[draft.indexOf("<end>") + 1] = 0xff;
    expect((await refusal(draft)).details.join()).toContain("tokens[0] is not UTF-8");
  });

  // Byte offsets of the draft: version 4, tensors 8, entries 16, length of the first key 24.
  test.each([2n ** 31n, 2n ** 32n, 2n ** 62n, 2n ** 63n, 2n ** 64n - 1n])(
    "refuses lengths and counts of %s at once",
    async count => {
      const key = Buffer.from("tokenizer.ggml.tokens");
      for (const at of [8, 16, 24]) {
        const draft = ggufBytes(wholeModel);
        draft.writeBigUInt64LE(count, at);
        expect((await refusal(draft)).code).toBe("model-damaged");
      }
      const draft = ggufBytes(wholeModel);
      // Behind the key: type, type of elements, their count, the first one's length.
      const behind = draft.indexOf(key) + key.length;
      for (const at of [behind + 8, behind + 16]) {
        const other = Buffer.from(draft);
        other.writeBigUInt64LE(count, at);
        expect((await refusal(other)).code).toBe("model-damaged");
      }
    },
  );

  test("refuses tensors that overlap, are unknown in type or have too many dimensions", async () => {
    const name = Buffer.from("output_norm.weight");
    const whole = ggufBytes(wholeModel);
    // Behind the name: count of dimensions (4 bytes), one dimension (8), type (4), offset (8).
    const at = whole.indexOf(name) + name.length;
    const changes: readonly ((bytes: Buffer) => void)[] = [
      bytes => bytes.writeUInt32LE(2 ** 31, at),
      bytes => bytes.writeUInt32LE(0, at),
      bytes => bytes.writeBigUInt64LE(0n, at + 4),
      bytes => bytes.writeBigUInt64LE(2n ** 63n, at + 4),
      bytes => bytes.writeUInt32LE(4, at + 12),
      bytes => bytes.writeUInt32LE(99, at + 12),
      bytes => bytes.writeBigUInt64LE(0n, at + 16),
      bytes => bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at + 16) + 1n, at + 16),
    ];
    for (const change of changes) {
      const bytes = Buffer.from(whole);
      change(bytes);
      const error = await refusal(bytes);
      expect(error).toMatchObject({code: "model-damaged"});
      expect(error.details.join()).toContain("output_norm.weight");
    }
  });
});

describe("what cannot answer is refused by what it is:", () => {
  test.each([
    ["encoder-decoder", {...changed({"general.architecture": "t5"})}],
    ["encoder", {...changed({"general.architecture": "bert"})}],
    ["encoder", {...changed({"general.architecture": "modern-bert"})}],
    ["encoder", {...changed({"llama.attention.causal": false})}],
    ["embedding", {...changed({"llama.pooling_type": 3})}],
    ["embedding", {...changed({"general.architecture": "gemma-embedding"})}],
    ["reranker", {...changed({"llama.pooling_type": 4})}],
    ["classifier", {...wholeModel, tensors: [...wholeModel.tensors, {name: "cls.output.weight", dimensions: [8, 2]}]}],
    ["adapter", {...changed({"general.type": "adapter"})}],
    ["projector", {...changed({"general.type": "mmproj"})}],
    ["projector", {...changed({"general.architecture": "clip"})}],
    ["vocabulary", {...wholeModel, tensors: []}],
    ["diffusion", {...changed({"general.architecture": "llada"})}],
  ] as const)("%s", async (kind, draft) => {
    const error = await refusal(draft);
    expect(error.code).toBe("model-unsupported");
    expect(error.facts).toMatchObject({kind});
    expect(error.next.length).toBeGreaterThan(0);
  });

  test("an embedding model that is opened as one is let in", async () => {
    expect(admitModel(await written(changed({"llama.pooling_type": 3})), "encoder").paths).toHaveLength(1);
  });

  test("a pooling of none is that of a language model", async () => {
    expect(admitModel(await written(changed({"llama.pooling_type": 0})), "model").paths).toHaveLength(1);
  });

  test("a model in an adapter's place is named", async () => {
    expect((await refusal(wholeModel, "adapter")).code).toBe("adapter-is-model");
  });
});

const cases = "../shared/cases/gguf";
describe.skipIf(!existsSync(cases))("the five files that ended or hung the process", () => {
  test.each(existsSync(cases) ? readdirSync(cases) : [])("%s is refused", async name => {
    expect((await failure((async () => admitModel(join(cases, name), "model"))())).code).toBe("model-damaged");
  });
});
