import {z} from "zod";
import {toFloat16} from "./float16.ts";
import type {MetadataValue, TensorDraft} from "./gguf-writer.ts";
import type {SafeTensor} from "./safetensors.ts";

const configSchema = z.object({
  model_type: z.literal("bert"),
  hidden_act: z.literal("gelu"),
  position_embedding_type: z.literal("absolute").default("absolute"),
  hidden_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  intermediate_size: z.int().positive(),
  max_position_embeddings: z.int().positive(),
  type_vocab_size: z.int().positive(),
  layer_norm_eps: z.number().positive(),
});

const tokenizerSchema = z.object({
  normalizer: z.object({
    type: z.literal("BertNormalizer"),
    lowercase: z.boolean(),
    strip_accents: z.boolean().nullable().default(null),
  }),
  added_tokens: z.array(z.object({id: z.int(), content: z.string(), special: z.boolean()})),
  model: z.object({
    type: z.literal("WordPiece"),
    continuing_subword_prefix: z.literal("##"),
    vocab: z.record(z.string(), z.int().nonnegative()),
  }),
});

const poolingSchema = z.object({pooling_mode_cls_token: z.boolean(), pooling_mode_mean_tokens: z.boolean()});

/** The parts of a checkpoint as sentence-transformers writes it. */
export interface BertCheckpoint {
  readonly config: unknown;
  readonly tokenizer: unknown;
  /** `1_Pooling/config.json`. */
  readonly pooling: unknown;
  readonly tensors: ReadonlyMap<string, SafeTensor>;
}

const specialTokens = {
  bos_token_id: "[CLS]",
  eos_token_id: "[SEP]",
  unknown_token_id: "[UNK]",
  seperator_token_id: "[SEP]",
  padding_token_id: "[PAD]",
  mask_token_id: "[MASK]",
} as const;

const outerNames = [
  ["embeddings.word_embeddings.weight", "token_embd.weight"],
  ["embeddings.position_embeddings.weight", "position_embd.weight"],
  ["embeddings.token_type_embeddings.weight", "token_types.weight"],
  ["embeddings.LayerNorm", "token_embd_norm"],
] as const;

const layerNames = [
  ["attention.self.query", "attn_q"],
  ["attention.self.key", "attn_k"],
  ["attention.self.value", "attn_v"],
  ["attention.output.dense", "attn_output"],
  ["attention.output.LayerNorm", "attn_output_norm"],
  ["intermediate.dense", "ffn_up"],
  ["output.dense", "ffn_down"],
  ["output.LayerNorm", "layer_output_norm"],
] as const;

/** Tensors that an embedding does not need. */
const unused = ["embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias"];

/** The checkpoint's name of every tensor, and GGUF's. */
function tensorNames(layers: number): (readonly [string, string])[] {
  const names: (readonly [string, string])[] = [];
  const add = (from: string, to: string): void => {
    if (from.endsWith(".weight")) names.push([from, to]);
    else for (const part of ["weight", "bias"]) names.push([`${from}.${part}`, `${to}.${part}`]);
  };
  for (const [from, to] of outerNames) add(from, to);
  for (let layer = 0; layer < layers; layer += 1) {
    for (const [from, to] of layerNames) add(`encoder.layer.${layer}.${from}`, `blk.${layer}.${to}`);
  }
  return names;
}

/**
 * WordPiece as llama.cpp's `bert` tokeniser has it: a piece that starts a word carries the mark `▁`, one that goes on loses
 * its `##`, special tokens stay as they are. Types: 3 special, 1 anything else.
 */
function vocabularyOf(tokenizer: z.infer<typeof tokenizerSchema>): {tokens: string[]; types: number[]} {
  const special = new Set(tokenizer.added_tokens.filter(token => token.special).map(token => token.content));
  const pieces: string[] = [];
  for (const [piece, id] of Object.entries(tokenizer.model.vocab)) pieces[id] = piece;
  const tokens = Array.from(pieces, piece => {
    if (piece === undefined) throw new Error("the vocabulary has gaps");
    if (special.has(piece)) return piece;
    return piece.startsWith("##") ? piece.slice(2) : `\u2581${piece}`;
  });
  return {tokens, types: pieces.map(piece => (special.has(piece) ? 3 : 1))};
}

/**
 * A BERT sentence encoder as the parts of a GGUF file: architecture `bert`, matrices in float16 (or all in float32), biases,
 * norms, positions and token types in float32, as llama.cpp's own converter writes them.
 *
 * @throws Error, or zod's, for what is not such a checkpoint: another activation, a tensor missing or left over
 */
export function bertDrafts(
  checkpoint: BertCheckpoint,
  options: {readonly name: string; readonly quantisation: "F16" | "F32"},
): {metadata: Map<string, MetadataValue>; tensors: TensorDraft[]} {
  const config = configSchema.parse(checkpoint.config);
  const tokenizer = tokenizerSchema.parse(checkpoint.tokenizer);
  const pooling = poolingSchema.parse(checkpoint.pooling);
  if (pooling.pooling_mode_cls_token === pooling.pooling_mode_mean_tokens)
    throw new Error("pooling is neither mean nor CLS");
  const {tokens, types} = vocabularyOf(tokenizer);
  const names = tensorNames(config.num_hidden_layers);
  const wanted = new Set([...names.map(([from]) => from), ...unused]);
  const extra = [...checkpoint.tensors.keys()].find(name => !wanted.has(name));
  if (extra !== undefined) throw new Error(`tensor ${extra} has no place in a BERT encoder`);
  const tensors = names.map(([from, to]): TensorDraft => {
    const tensor = checkpoint.tensors.get(from);
    if (tensor?.dtype !== "F32") throw new Error(`tensor ${from} is ${tensor?.dtype ?? "not there"}, expected F32`);
    const halved =
      options.quantisation === "F16" && tensor.shape.length === 2 && !/^(position_embd|token_types)\./.test(to);
    return {
      name: to,
      dimensions: [...tensor.shape].reverse(),
      type: halved ? "F16" : "F32",
      read: async () => (halved ? toFloat16(await tensor.read()) : await tensor.read()),
    };
  });
  const idOf = (token: string): number => {
    const id = tokens.indexOf(token);
    if (id < 0) throw new Error(`the vocabulary has no ${token}`);
    return id;
  };
  const metadata = new Map<string, MetadataValue>([
    ["general.architecture", "bert"],
    ["general.type", "model"],
    ["general.name", options.name],
    ["general.file_type", options.quantisation === "F16" ? 1 : 0],
    ["bert.block_count", config.num_hidden_layers],
    ["bert.context_length", config.max_position_embeddings],
    ["bert.embedding_length", config.hidden_size],
    ["bert.feed_forward_length", config.intermediate_size],
    ["bert.attention.head_count", config.num_attention_heads],
    ["bert.attention.layer_norm_epsilon", {float: config.layer_norm_eps}],
    ["bert.attention.causal", false],
    ["bert.pooling_type", pooling.pooling_mode_mean_tokens ? 1 : 2],
    ["tokenizer.ggml.model", "bert"],
    ["tokenizer.ggml.token_type_count", config.type_vocab_size],
    ["tokenizer.ggml.tokens", {strings: tokens}],
    ["tokenizer.ggml.token_type", {int32s: types}],
    ...Object.entries(specialTokens).map(([key, token]) => [`tokenizer.ggml.${key}`, idOf(token)] as const),
    ["tokenizer.ggml.add_bos_token", true],
    ["tokenizer.ggml.add_eos_token", true],
    ["tokenizer.ggml.add_sep_token", false],
    ["tokenizer.ggml.normalizer.lowercase", tokenizer.normalizer.lowercase],
    ["tokenizer.ggml.normalizer.strip_accents", tokenizer.normalizer.strip_accents ?? tokenizer.normalizer.lowercase],
    ["general.quantization_version", 2],
  ]);
  return {metadata, tensors};
}
