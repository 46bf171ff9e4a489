import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {readGgufInfo} from "../../src/catalog/gguf-info.ts";
import {createRng} from "../../src/math/rng.ts";
import {type GgufDraft, ggufBytes, writeGguf} from "../support/gguf-writer.ts";
import {failure, temporaryFolder} from "./helpers.ts";

const model: GgufDraft = {
  metadata: {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "general.file_type": 15,
    "general.license": "mit",
    "llama.context_length": 512,
    "llama.embedding_length": 8,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "smollm",
    "tokenizer.ggml.tokens": ["a", "b", "c"],
    "tokenizer.ggml.add_bos_token": false,
    "tokenizer.ggml.bos_token_id": 1,
    "tokenizer.ggml.eos_token_id": 2,
    "tokenizer.chat_template": "{{ messages }}",
  },
  tensors: [
    {name: "token_embd.weight", dimensions: [8, 3]},
    {name: "blk.0.attn_q.weight", dimensions: [8, 8]},
    {name: "output_norm.weight", dimensions: [8]},
  ],
};

async function written(draft: GgufDraft): Promise<string> {
  const path = join(await temporaryFolder(), "model.gguf");
  await writeGguf(path, draft);
  return path;
}

async function ofBytes(bytes: Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), "model.gguf");
  await writeFile(path, bytes);
  return path;
}

describe("the facts of a GGUF file", () => {
  test("are those in its header, with parameters counted from the tensors", async () => {
    const path = await written(model);
    expect(await readGgufInfo(path)).toEqual({
      path,
      fileSizeBytes: ggufBytes(model).length,
      architecture: "llama",
      name: "Tiny",
      totalParameters: 24 + 64 + 8,
      embeddingParameters: 24,
      nonEmbeddingParameters: 72,
      tiedEmbeddings: true,
      quantisation: "Q4_K_M",
      contextLength: 512,
      embeddingLength: 8,
      vocabularySize: 3,
      tokenizerModel: "gpt2",
      tokenizerPre: "smollm",
      addBos: false,
      bosTokenId: 1,
      eosTokenId: 2,
      chatTemplate: "{{ messages }}",
      license: "mit",
      isAdapter: false,
    });
  });

  test("count an output matrix of its own as embedding", async () => {
    const path = await written({...model, tensors: [...model.tensors, {name: "output.weight", dimensions: [8, 3]}]});
    expect(await readGgufInfo(path)).toMatchObject({
      tiedEmbeddings: false,
      totalParameters: 120,
      embeddingParameters: 48,
      nonEmbeddingParameters: 72,
    });
  });

  test("count an output matrix once if it is the embedding, rounded once more; not if its rows are others", async () => {
    const rng = createRng("second copy");
    const embedding = Array.from({length: 8 * 64}, () => rng() - 0.5);
    const rounded = embedding.map(value => Math.round(8 * value) / 8);
    const own = Array.from({length: 8 * 64}, () => rng() - 0.5);
    const withOutput = async (values: readonly number[]) =>
      await readGgufInfo(
        await written({
          ...model,
          tensors: [
            {name: "token_embd.weight", dimensions: [8, 64], values: embedding},
            {name: "blk.0.attn_q.weight", dimensions: [8, 8]},
            {name: "output.weight", dimensions: [8, 64], values},
          ],
        }),
      );
    expect(await withOutput(rounded)).toMatchObject({
      storedTwice: true,
      tiedEmbeddings: true,
      totalParameters: 512 + 64,
      embeddingParameters: 512,
      nonEmbeddingParameters: 64,
    });
    const apart = await withOutput(own);
    expect(apart).toMatchObject({tiedEmbeddings: false, totalParameters: 1024 + 64, nonEmbeddingParameters: 64});
    expect(apart.storedTwice).toBeUndefined();
  });

  test("leave out what the file does not say", async () => {
    const info = await readGgufInfo(await written({metadata: {"general.architecture": "llama"}, tensors: []}));
    expect(Object.keys(info).sort()).toEqual([
      "architecture",
      "embeddingParameters",
      "fileSizeBytes",
      "isAdapter",
      "nonEmbeddingParameters",
      "path",
      "tiedEmbeddings",
      "totalParameters",
    ]);
  });

  test("of a LoRA are its base architecture, rank and alpha", async () => {
    const metadata = {
      "general.architecture": "llama",
      "general.type": "adapter",
      "adapter.type": "lora",
      "adapter.lora.alpha": {float: 16},
    };
    const tensors = [
      {name: "blk.0.attn_q.weight.lora_a", dimensions: [8, 4]},
      {name: "blk.0.attn_q.weight.lora_b", dimensions: [4, 8]},
    ];
    expect(await readGgufInfo(await written({metadata, tensors}))).toMatchObject({
      isAdapter: true,
      architecture: "llama",
      adapter: {type: "lora", rank: 4, alpha: 16},
    });
  });
});

describe("a file that cannot be a model", () => {
  const whole = ggufBytes(model);

  test("is named as missing", async () => {
    expect((await failure(readGgufInfo("/nowhere/model.gguf"))).code).toBe("model-missing");
    expect((await failure(readGgufInfo(await temporaryFolder()))).code).toBe("model-missing");
  });

  test("is named as empty", async () => {
    expect((await failure(readGgufInfo(await ofBytes(Buffer.alloc(0))))).code).toBe("model-empty");
  });

  test("is named as something else, with what it looks like", async () => {
    const page = await failure(readGgufInfo(await ofBytes(Buffer.from("<html></html>"))));
    expect(page).toMatchObject({code: "not-a-gguf", details: ["it is a web page"]});
    const pointer = await failure(
      readGgufInfo(await ofBytes(Buffer.from("version https://git-lfs.github.com/spec/v1"))),
    );
    expect(pointer.details.join()).toContain("git lfs pull");
  });

  test("is named as truncated when weights are missing, with the bytes there and needed", async () => {
    const error = await failure(readGgufInfo(await ofBytes(whole.subarray(0, whole.length - 1))));
    expect(error.code).toBe("model-truncated");
    // The last tensor has 8 numbers of 4 bytes, which need no padding.
    expect(error.facts).toMatchObject({actualBytes: whole.length - 1, expectedBytes: whole.length});
  });

  test.each([5, 23, 24, 60, 200])("is named as truncated after %i bytes", async length => {
    expect((await failure(readGgufInfo(await ofBytes(whole.subarray(0, length))))).code).toBe("model-truncated");
  });

  test.each([400, 600])("claims no length of a file that ends inside its header, after %i bytes", async length => {
    const error = await failure(readGgufInfo(await ofBytes(whole.subarray(0, length))));
    expect(error.code).toBe("model-truncated");
    expect(error.facts.expectedBytes).toBeUndefined();
  });

  test("is named as damaged when its counts or its version make no sense", async () => {
    const counts = Buffer.from(whole);
    counts.writeBigUInt64LE(2n ** 60n, 8);
    expect((await failure(readGgufInfo(await ofBytes(counts)))).code).toBe("model-damaged");
    const version = Buffer.from(whole);
    version.writeUInt32LE(9, 4);
    expect((await failure(readGgufInfo(await ofBytes(version)))).code).toBe("model-damaged");
  });

  test("is named as damaged when a length inside the header is absurd", async () => {
    const absurd = Buffer.from(whole);
    absurd.writeBigUInt64LE(2n ** 62n, 24);
    expect((await failure(readGgufInfo(await ofBytes(absurd)))).code).toMatch(/^model-(damaged|truncated)$/);
  });
});
