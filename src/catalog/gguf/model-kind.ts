import type {ModelFiles} from "./model-files.ts";

/** What a file is, beside a language model that answers a prompt token by token. */
export type OtherKind =
  | "adapter"
  | "projector"
  | "vocabulary"
  | "imatrix"
  | "encoder-decoder"
  | "encoder"
  | "embedding"
  | "reranker"
  | "classifier"
  | "diffusion"
  | "part of a model";

/** A file that cannot answer: what it is, and by which entry of its metadata that is known. */
export interface OtherModel {
  readonly kind: OtherKind;
  readonly because: string;
}

/** Architectures of llama.cpp that do not answer token by token (llama-arch.cpp). */
const architectures: Readonly<Record<string, OtherKind>> = {
  t5: "encoder-decoder",
  t5encoder: "encoder",
  bert: "encoder",
  "modern-bert": "encoder",
  "nomic-bert": "encoder",
  "nomic-bert-moe": "encoder",
  "neo-bert": "encoder",
  "jina-bert-v2": "encoder",
  "jina-bert-v3": "encoder",
  eurobert: "encoder",
  "gemma-embedding": "embedding",
  "llama-embed": "embedding",
  clip: "projector",
  mmproj: "projector",
  whisper: "encoder-decoder",
  "wavtokenizer-dec": "part of a model",
  "gemma4-assistant": "part of a model",
  eagle3: "part of a model",
  dflash: "part of a model",
  dream: "diffusion",
  llada: "diffusion",
  "llada-moe": "diffusion",
  rnd1: "diffusion",
  imatrix: "imatrix",
};

/** Values of `general.type` (GGUF specification) that are no model. */
const types: Readonly<Record<string, OtherKind>> = {
  adapter: "adapter",
  mmproj: "projector",
  projector: "projector",
  vocab: "vocabulary",
  imatrix: "imatrix",
};

const RANK_POOLING = 4;

/**
 * What a file is that cannot answer a prompt; `undefined` for a language model. Only the metadata and the names of tensors
 * decide, so that a new model of a known architecture is judged, too.
 */
export function otherKind({header, tensors}: ModelFiles): OtherModel | undefined {
  const type = header.text("general.type") ?? "model";
  const byType = Object.hasOwn(types, type) ? types[type] : undefined;
  if (byType !== undefined) return {kind: byType, because: `general.type is ${type}`};
  const architecture = header.text("general.architecture") ?? "";
  const own = (name: string) => `${architecture}.${name}`;
  if (header.values.has("adapter.type")) return {kind: "adapter", because: "it has adapter.type"};
  const pooling = header.number(own("pooling_type"));
  if (pooling === RANK_POOLING) return {kind: "reranker", because: `${own("pooling_type")} is ${pooling} (rank)`};
  const head = tensors.find(({name}) => /^(?:cls|classifier)\b/.test(name));
  const byArchitecture = Object.hasOwn(architectures, architecture) ? architectures[architecture] : undefined;
  if (head !== undefined || header.values.has(own("classifier.output_labels"))) {
    const because = head === undefined ? `it has ${own("classifier.output_labels")}` : `it has the tensor ${head.name}`;
    return {kind: "classifier", because};
  }
  if (byArchitecture !== undefined) return {kind: byArchitecture, because: `its architecture is ${architecture}`};
  if (header.values.has("clip.projector_type") || header.flag("clip.has_vision_encoder") === true)
    return {kind: "projector", because: "it has clip.projector_type"};
  if (tensors.length === 0) return {kind: "vocabulary", because: "it has no tensors"};
  if (pooling !== undefined && pooling !== 0)
    return {kind: "embedding", because: `${own("pooling_type")} is ${pooling}`};
  if (header.flag(own("attention.causal")) === false)
    return {kind: "encoder", because: `${own("attention.causal")} is false`};
  const dense = tensors.find(({name}) => /^dense_\d\./.test(name));
  if (dense !== undefined) return {kind: "embedding", because: `it has the tensor ${dense.name}`};
  return undefined;
}
