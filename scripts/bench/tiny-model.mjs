// Writes a tiny language model with random weights (llama architecture, float32, a token a byte): for tests of
// everything but what a model says.
//
// usage: node scripts/bench/tiny-model.mjs OUT.gguf
import {writeFileSync} from "node:fs";
import {fileURLToPath} from "node:url";

const [WIDTH, LAYERS, HEADS, FEED_FORWARD, CONTEXT] = [64, 2, 2, 128, 4096];
const TYPE = {u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9};

export function writeTinyModel(path, seed = 1) {
  const tokens = byteTokens();
  const vocabulary = tokens.length;
  const random = normals(seed);
  const tensors = [tensor("token_embd.weight", [WIDTH, vocabulary], random, 0.5), ones("output_norm.weight")];
  for (let layer = 0; layer < LAYERS; layer++) {
    const name = part => `blk.${layer}.${part}.weight`;
    tensors.push(ones(name("attn_norm")), ones(name("ffn_norm")));
    for (const part of ["attn_q", "attn_k", "attn_v", "attn_output"])
      tensors.push(tensor(name(part), [WIDTH, WIDTH], random));
    tensors.push(tensor(name("ffn_gate"), [WIDTH, FEED_FORWARD], random));
    tensors.push(tensor(name("ffn_up"), [WIDTH, FEED_FORWARD], random));
    tensors.push(tensor(name("ffn_down"), [FEED_FORWARD, WIDTH], random));
  }
  const metadata = [
    ["general.architecture", "string", "llama"],
    ["general.name", "string", "labelscope tiny random"],
    ["llama.context_length", "u32", CONTEXT],
    ["llama.embedding_length", "u32", WIDTH],
    ["llama.block_count", "u32", LAYERS],
    ["llama.feed_forward_length", "u32", FEED_FORWARD],
    ["llama.attention.head_count", "u32", HEADS],
    ["llama.attention.head_count_kv", "u32", HEADS],
    ["llama.attention.layer_norm_rms_epsilon", "f32", 1e-5],
    ["llama.rope.dimension_count", "u32", WIDTH / HEADS],
    ["llama.vocab_size", "u32", vocabulary],
    ["tokenizer.ggml.model", "string", "gpt2"],
    ["tokenizer.ggml.pre", "string", "gpt-2"],
    ["tokenizer.ggml.tokens", "string[]", tokens],
    ["tokenizer.ggml.token_type", "i32[]", tokens.map(token => (token === "<end>" ? 3 : 1))],
    ["tokenizer.ggml.merges", "string[]", ["a b"]],
    ["tokenizer.ggml.eos_token_id", "u32", tokens.indexOf("<end>")],
    ["tokenizer.ggml.add_bos_token", "bool", false],
  ];
  writeFileSync(path, gguf(metadata, tensors));
}

/** GPT-2's printable stand-ins for the 256 bytes, one merged token, and an end token. */
function byteTokens() {
  const printable = byte => (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let moved = 256;
  const bytes = Array.from({length: 256}, (_, byte) => String.fromCharCode(printable(byte) ? byte : moved++));
  return [...bytes, "ab", "<end>"];
}

function ones(name) {
  return {name, shape: [WIDTH], values: new Float32Array(WIDTH).fill(1)};
}

function tensor(name, shape, random, scale = 1 / Math.sqrt(shape[0])) {
  return {name, shape, values: Float32Array.from({length: shape[0] * shape[1]}, () => random() * scale)};
}

/** Standard normals: mulberry32 and the Box–Muller transform. */
function normals(seed) {
  let state = seed;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

function gguf(metadata, tensors) {
  const head = [Buffer.from("GGUF"), u32(3), u64(tensors.length), u64(metadata.length)];
  for (const [key, kind, value] of metadata) {
    const type = kind.replace("[]", "");
    head.push(text(key));
    if (kind.endsWith("[]"))
      head.push(u32(TYPE.array), u32(TYPE[type]), u64(value.length), ...value.map(one => scalar(type, one)));
    else head.push(u32(TYPE[type]), scalar(type, value));
  }
  let offset = 0;
  const data = [];
  for (const {name, shape, values} of tensors) {
    head.push(text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset));
    const bytes = Buffer.from(values.buffer);
    data.push(bytes, Buffer.alloc(padding(bytes.length)));
    offset += bytes.length + padding(bytes.length);
  }
  const header = Buffer.concat(head);
  return Buffer.concat([header, Buffer.alloc(padding(header.length)), ...data]);
}

function padding(length) {
  return (32 - (length % 32)) % 32;
}

function scalar(type, value) {
  if (type === "string") return text(value);
  if (type === "bool") return Buffer.from([value ? 1 : 0]);
  const bytes = Buffer.alloc(4);
  if (type === "f32") bytes.writeFloatLE(value);
  else if (type === "i32") bytes.writeInt32LE(value);
  else bytes.writeUInt32LE(value);
  return bytes;
}

function text(value) {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value) {
  return scalar("u32", value);
}

function u64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeTinyModel(process.argv[2]);
