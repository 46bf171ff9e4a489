import type {GgufDraft} from "./gguf-writer.ts";

const tokens = ["<end>", "a", "b", "ab"];

/** The smallest draft that contradicts itself nowhere: one block, four tokens, byte-level BPE. Its weights are zeros. */
export const wholeModel: GgufDraft = {
  metadata: {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "llama.block_count": 1,
    "llama.context_length": 512,
    "llama.embedding_length": 8,
    "llama.feed_forward_length": 16,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "llama.attention.layer_norm_rms_epsilon": {float: 1e-5},
    "llama.rope.freq_base": {float: 10000},
    "llama.rope.dimension_count": 2,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.pre": "gpt-2",
    "tokenizer.ggml.tokens": tokens,
    "tokenizer.ggml.token_type": {ints: [3, 1, 1, 1]},
    "tokenizer.ggml.merges": ["a b"],
    "tokenizer.ggml.eos_token_id": 0,
  },
  tensors: [
    {name: "token_embd.weight", dimensions: [8, 4]},
    {name: "blk.0.attn_q.weight", dimensions: [8, 8]},
    {name: "blk.0.ffn_down.weight", dimensions: [16, 8]},
    {name: "output_norm.weight", dimensions: [8]},
  ],
};

/** The same draft with other metadata; `undefined` leaves an entry out. */
export function changed(changes: Readonly<Record<string, GgufDraft["metadata"][string] | undefined>>): GgufDraft {
  const metadata: Record<string, GgufDraft["metadata"][string]> = {};
  for (const [key, value] of Object.entries({...wholeModel.metadata, ...changes}))
    if (value !== undefined) metadata[key] = value;
  return {...wholeModel, metadata};
}
