import {zipBytes} from "../zip-writer.ts";

export interface TensorFill {
  readonly shape: readonly number[];
  readonly fill: number;
  readonly dtype?: string;
}

/** A safetensors file of float32 tensors, each filled with one number. */
export function safetensorsBytes(tensors: Readonly<Record<string, TensorFill>>): Buffer {
  const header: Record<string, unknown> = {__metadata__: {format: "pt"}};
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, {shape, fill, dtype = "F32"}] of Object.entries(tensors)) {
    const count = shape.reduce((a, b) => a * b, 1);
    const bytes = Buffer.alloc(4 * count);
    for (let index = 0; index < count; index += 1) bytes.writeFloatLE(fill, 4 * index);
    header[name] = {dtype, shape, data_offsets: [offset, offset + bytes.length]};
    parts.push(bytes);
    offset += bytes.length;
  }
  const text = Buffer.from(JSON.stringify(header), "utf8");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...parts]);
}

export const config = {
  model_type: "bert",
  hidden_act: "gelu",
  hidden_size: 4,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  intermediate_size: 8,
  max_position_embeddings: 16,
  type_vocab_size: 2,
  layer_norm_eps: 1e-12,
};

const special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
export const tokenizer = {
  normalizer: {type: "BertNormalizer", lowercase: true, strip_accents: null},
  added_tokens: special.map((content, id) => ({id, content, special: true})),
  model: {
    type: "WordPiece",
    continuing_subword_prefix: "##",
    vocab: Object.fromEntries([...special, "soup", "##s", "[odd]"].map((piece, id) => [piece, id])),
  },
};

export const pooling = {pooling_mode_cls_token: false, pooling_mode_mean_tokens: true};

/** All tensors of the encoder that `config` describes; word embeddings hold 0.1, which float16 cannot. */
export function tensors(): Record<string, TensorFill> {
  const layer = "encoder.layer.0";
  const pair = (name: string, shape: number[]): [string, TensorFill][] => [
    [`${name}.weight`, {shape, fill: 0.25}],
    [`${name}.bias`, {shape: shape.slice(0, 1), fill: 0.1}],
  ];
  return Object.fromEntries([
    ["embeddings.word_embeddings.weight", {shape: [8, 4], fill: 0.1}],
    ["embeddings.position_embeddings.weight", {shape: [16, 4], fill: 0.1}],
    ["embeddings.token_type_embeddings.weight", {shape: [2, 4], fill: 0.1}],
    ...pair("embeddings.LayerNorm", [4]),
    ...["query", "key", "value"].flatMap(part => pair(`${layer}.attention.self.${part}`, [4, 4])),
    ...pair(`${layer}.attention.output.dense`, [4, 4]),
    ...pair(`${layer}.attention.output.LayerNorm`, [4]),
    ...pair(`${layer}.intermediate.dense`, [8, 4]),
    ...pair(`${layer}.output.dense`, [4, 8]),
    ...pair(`${layer}.output.LayerNorm`, [4]),
    ["pooler.dense.weight", {shape: [4, 4], fill: 0}],
    ["pooler.dense.bias", {shape: [4], fill: 0}],
  ]);
}

/** A zipped checkpoint; parts can be replaced or, with `undefined`, left out. */
export function checkpointZip(
  more: {config?: unknown; tokenizer?: unknown; pooling?: unknown; weights?: Buffer | undefined} = {},
): Buffer {
  const parts = {config, tokenizer, pooling, weights: safetensorsBytes(tensors()), ...more};
  const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
  return zipBytes([
    {name: "config.json", content: json(parts.config)},
    {name: "tokenizer.json", content: json(parts.tokenizer)},
    {name: "1_Pooling/config.json", content: json(parts.pooling)},
    ...(parts.weights === undefined ? [] : [{name: "model.safetensors", content: parts.weights}]),
  ]);
}
