import {mkdtemp, readFile, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {z} from "zod";
import {continuations} from "../../src/capture/label-tokens.ts";
import {plainTokens} from "../../src/capture/plain-tokens.ts";
import {promptTokens, promptWriter} from "../../src/capture/prompt-text.ts";
import type {Model} from "../../src/engine/engine.ts";
import {type LocalEngine, openLocalEngine} from "../../src/engine/local.ts";
import {ChatTemplate} from "../../src/prompt/chat/chat-template.ts";
import {writeGguf} from "../support/gguf-writer.ts";

const ids = z.array(z.int());
const golden = z
  .object({
    symbol: z.string(),
    pieces: z.array(z.object({text: z.string(), score: z.number(), type: z.int()})),
    labels: z.array(z.object({before: z.string(), text: z.string(), merged: z.boolean(), tokens: ids})),
    documents: z.array(z.object({text: z.string(), tokens: ids, parsed: ids})),
  })
  .parse(JSON.parse(await readFile(new URL("../golden/sentencepiece.golden.json", import.meta.url), "utf8")));

const TEMPLATE = "{{ bos_token }}{% for m in messages %}<note>{{ m.content }}{{ eos_token }}{% endfor %}";
let [folder, engine, model]: [string, LocalEngine | undefined, Model | undefined] = ["", undefined, undefined];

function opened(): Model {
  if (model === undefined) throw new Error("the model is not open");
  return model;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "labelscope-spm-"));
  const path = join(folder, "spm.gguf");
  await writeGguf(path, {
    metadata: {
      "general.architecture": "llama",
      "llama.context_length": 256,
      "llama.embedding_length": 32,
      "llama.block_count": 1,
      "llama.feed_forward_length": 32,
      "llama.attention.head_count": 1,
      "llama.attention.layer_norm_rms_epsilon": {float: 1e-5},
      "llama.vocab_size": golden.pieces.length,
      "tokenizer.ggml.model": "llama",
      "tokenizer.ggml.pre": "default",
      "tokenizer.ggml.tokens": golden.pieces.map(({text}) => text),
      "tokenizer.ggml.scores": {floats: golden.pieces.map(({score}) => score)},
      "tokenizer.ggml.token_type": {ints: golden.pieces.map(({type}) => type)},
      "tokenizer.ggml.bos_token_id": 1,
      "tokenizer.ggml.eos_token_id": 2,
      "tokenizer.ggml.unknown_token_id": 0,
      "tokenizer.ggml.add_bos_token": false,
      "tokenizer.ggml.add_space_prefix": true,
      "tokenizer.chat_template": TEMPLATE,
    },
    tensors: [
      {name: "token_embd.weight", dimensions: [32, golden.pieces.length]},
      {name: "output_norm.weight", dimensions: [32]},
      ...["attn_norm", "ffn_norm"].map(name => ({name: `blk.0.${name}.weight`, dimensions: [32]})),
      ...["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"].map(name => ({
        name: `blk.0.${name}.weight`,
        dimensions: [32, 32],
      })),
    ],
  });
  engine = await openLocalEngine({home: folder, reader: "public"});
  model = await engine.loadModel(path, {vocabularyOnly: true});
}, 120_000);

afterAll(async () => {
  await model?.[Symbol.asyncDispose]();
  await engine?.[Symbol.asyncDispose]();
  await rm(folder, {recursive: true, force: true});
});

describe("a SentencePiece vocabulary with a space prefix", () => {
  test("what follows a text has the tokens that sentencepiece gives it, with no space that is not there", () => {
    const found = golden.labels.map(({before, text}) => {
      const {tokens, isMerged} = continuations(opened(), before)(text);
      return {before, text, merged: isMerged, tokens: [...tokens]};
    });
    expect(found).toEqual(golden.labels);
  });

  test("a document that shows a user-defined symbol gets the tokens of its characters, which the engine itself does not give", () => {
    expect(golden.documents.map(({text}) => plainTokens(opened(), text))).toEqual(
      golden.documents.map(({tokens}) => tokens),
    );
    const id = opened().vocabulary.specialTokens.get(golden.symbol);
    expect(opened().tokenize(`a ${golden.symbol}`)).toContain(id);
  });

  test("bos_token and eos_token are the texts of the file's ids, though the file asks for no BOS", () => {
    const {vocabulary, chatTemplate = ""} = opened();
    expect(vocabulary.bosToken).toBeUndefined();
    expect(vocabulary.templateTokens).toMatchObject({bos_token: "<s>", eos_token: "</s>"});
    const template = new ChatTemplate(chatTemplate, {tokens: vocabulary.templateTokens ?? {}, args: {}, now: ""});
    const write = promptWriter(opened(), {template, turns: false, after: {free: "", given: ""}});
    const said = (whole: string) =>
      promptTokens(
        opened(),
        write({body: "", opening: "", conversation: {system: undefined, whole, turns: undefined}}, "free"),
      );
    expect(said("the cat")).toEqual(opened().tokenize("<s><note>the cat</s>", {special: true}));
    const symbol = vocabulary.specialTokens.get(golden.symbol);
    const tokens = said("the <note> cat</s>");
    expect([tokens[0], tokens.at(-1)]).toEqual([1, 2]);
    expect(tokens.filter(token => token === symbol || token === 2)).toHaveLength(2);
  });
});
