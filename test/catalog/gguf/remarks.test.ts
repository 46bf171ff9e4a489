import {readdirSync} from "node:fs";
import {writeFile} from "node:fs/promises";
import {join} from "node:path";
import {describe, expect, test} from "vitest";
import {readModelFiles} from "../../../src/catalog/gguf/model-files.ts";
import {modelRemarks} from "../../../src/catalog/gguf/remarks.ts";
import {engineRemarks} from "../../../src/engine/engine-remarks.ts";
import {type GgufDraft, ggufBytes} from "../../support/gguf-writer.ts";
import {changed} from "../../support/whole-model.ts";
import {temporaryFolder} from "../helpers.ts";

async function codes(draft: GgufDraft, contextTokens?: number): Promise<string[]> {
  const path = join(await temporaryFolder(), "file.gguf");
  await writeFile(path, ggufBytes(draft));
  const {header} = readModelFiles(path);
  return modelRemarks(header, contextTokens === undefined ? {} : {contextTokens}).map(({code}) => code);
}

describe("remarks on a model", () => {
  test("are none on the embedded ones", () => {
    const models = join(import.meta.dirname, "../../../models");
    const names = readdirSync(models).filter(name => name.endsWith(".gguf") && !name.includes("lora"));
    expect(names.flatMap(name => modelRemarks(readModelFiles(join(models, name)).header))).toEqual([]);
  });

  test.each([
    ["no pre-tokenizer", {"tokenizer.ggml.pre": undefined}, ["no-pre-tokenizer"]],
    ["the default pre-tokenizer", {"tokenizer.ggml.pre": "default"}, ["no-pre-tokenizer"]],
    [
      "an end of turn of type normal",
      {"tokenizer.ggml.tokens": ["<end>", "a", "b", "<end_of_turn>"]},
      ["control-token-type"],
    ],
    [
      "a special token of type normal",
      {"tokenizer.ggml.tokens": ["<end>", "a", "b", "<|tool|>"]},
      ["control-token-type"],
    ],
    [
      "an end of turn that is marked so",
      {
        "tokenizer.ggml.tokens": ["<end>", "a", "b", "<|im_end|>"],
        "tokenizer.ggml.token_type": {ints: [3, 1, 1, 3]},
      },
      [],
    ],
    ["no end token", {"tokenizer.ggml.eos_token_id": undefined}, ["no-end-token"]],
    [
      "a template whose end of turn is no token",
      {"tokenizer.chat_template": "{{ m }}<|im_end|>"},
      ["end-of-turn-unknown"],
    ],
    ["a template that ends with the end token", {"tokenizer.chat_template": "{{ m }}{{ eos_token }}"}, []],
    ["another size of vocabulary than its list", {"llama.vocab_size": 8}, ["vocabulary-size"]],
  ] as const)("%s", async (_, changes, expected) => {
    expect(await codes(changed(changes))).toEqual(expected);
  });

  test("tell a context beyond the trained one, and none at it", async () => {
    expect(await codes(changed({}), 513)).toEqual(["context-beyond-training"]);
    expect(await codes(changed({}), 512)).toEqual([]);
  });
});

test("of the engine's lines those that bear on numbers are kept, once, without its place in the source", () => {
  expect(
    engineRemarks([
      "load: control-looking token:    107 '<end_of_turn>' was not control-type; this is probably a bug in the model",
      "llm_load_vocab: special_eos_id is not in special_eog_ids - the tokenizer config may be incorrect",
      "load: special_eos_id is not in special_eog_ids - the tokenizer config may be incorrect",
      "llama_context: n_batch is less than GGML_KQ_MASK_PAD",
    ]),
  ).toEqual([
    "control-looking token:    107 '<end_of_turn>' was not control-type; this is probably a bug in the model",
    "special_eos_id is not in special_eog_ids - the tokenizer config may be incorrect",
  ]);
});
