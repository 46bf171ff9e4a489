import type {Llama, LlamaEmbeddingContext, LlamaModel} from "node-llama-cpp";
import {z} from "zod";
import {LabelscopeError} from "../errors.ts";
import type {Embedder, EmbedderOptions} from "./embedder.ts";
import {gpuFacts} from "./gpu/facts.ts";
import type {LocalOptions} from "./local.ts";
import {lastLines} from "./log-lines.ts";
import {asTokens} from "./seam.ts";

const largestContext = 2048;
const poolings = new Map([
  [1, "mean"],
  [2, "cls"],
  [3, "last"],
] as const);

const metadataSchema = z.object({general: z.object({architecture: z.string()})}).loose();
const poolingSchema = z.object({pooling_type: z.number()});

/** The pooling that a file's metadata name; `undefined` for a language model, which names none. */
function poolingOf(metadata: unknown): Embedder["pooling"] | undefined {
  const read = metadataSchema.safeParse(metadata);
  if (!read.success) return undefined;
  const own = poolingSchema.safeParse(read.data[read.data.general.architecture]);
  return own.success ? new Map<number, Embedder["pooling"]>(poolings).get(own.data.pooling_type) : undefined;
}

/**
 * Opens a GGUF embedding model on a llama.cpp that runs already: a process has one, and ending a second one would end both.
 *
 * If a GPU computes, it computes embeddings too, by the same rules as for language models.
 *
 * @throws `not-an-embedding-model` for a file that names no pooling, such as a language model; `model-load-failed`; `gpu-unused`
 */
export async function embedderOn(
  {
    llama,
    log,
    options: {gpuLayers},
  }: {
    readonly llama: Llama;
    readonly log: readonly string[];
    readonly options: Pick<LocalOptions, "gpuLayers">;
  },
  path: string,
  options: EmbedderOptions,
): Promise<Embedder> {
  const model = await llama
    .loadModel({
      modelPath: path,
      checkTensors: true,
      defaultContextFlashAttention: false,
      ...(llama.gpu === false ? {gpuLayers: 0} : {gpuLayers: gpuLayers ?? "auto"}),
      ...(options.signal === undefined ? {} : {loadSignal: options.signal}),
    })
    .catch(cause => {
      throw new LabelscopeError({
        code: "model-load-failed",
        message: `the engine could not load ${path}`,
        details: lastLines(log, cause),
        next: "labelscope models info FILE shows what the file says of itself",
        cause,
      });
    });
  try {
    return await embedderOf(model, path, options, await gpuFacts(llama, model));
  } catch (error) {
    await model.dispose();
    throw error;
  }
}

async function embedderOf(
  model: LlamaModel,
  path: string,
  options: EmbedderOptions,
  onGpu: Embedder["facts"],
): Promise<Embedder> {
  const pooling = poolingOf(model.fileInfo.metadata);
  if (pooling === undefined) throw notAnEmbedder(path);
  const {threads} = options;
  const contextTokens = options.contextTokens ?? Math.min(model.trainContextSize, largestContext);
  // One token more than a text may have: the context refuses to be filled to the last.
  const size = contextTokens + 1;
  const context = await model.createEmbeddingContext({contextSize: size, batchSize: size, threads});
  const tokensOf = (text: string): number[] => model.tokenize(text, false);
  const tokenCount = (text: string): number => context.calculateInputLength(asTokens(tokensOf(text)));
  return {
    dimensions: model.embeddingVectorSize,
    contextTokens,
    pooling,
    facts: {threads, contextTokens, flashAttention: false, pooling, ...onGpu},
    tokenCount,
    embed: async text => {
      const needed = tokenCount(text);
      if (needed > contextTokens) throw embeddingOverflow([{id: undefined, tokens: needed}], contextTokens);
      return unit(await vectorOf(context, tokensOf(text)), path);
    },
    [Symbol.asyncDispose]: async () => await model.dispose(),
  };
}

async function vectorOf(context: LlamaEmbeddingContext, tokens: readonly number[]): Promise<readonly number[]> {
  // A copy: the context adds begin and end tokens to the very array that it is given.
  return (await context.getEmbeddingFor(asTokens([...tokens]))).vector;
}

/** A vector of length 1, computed in float64. */
function unit(vector: readonly number[], path: string): Float32Array {
  const norm = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!(norm > 0 && Number.isFinite(norm))) {
    throw new LabelscopeError({
      code: "nan-logits",
      message: `${path} gave an embedding that is no vector (norm ${norm})`,
      next: "labelscope models verify, or pull it again",
    });
  }
  return Float32Array.from(vector, value => value / norm);
}

/** Texts that do not fit: the longest, by name where they have one. */
export function embeddingOverflow(
  texts: readonly {readonly id: string | undefined; readonly tokens: number}[],
  contextTokens: number,
): LabelscopeError {
  const [longest] = [...texts].sort((one, other) => other.tokens - one.tokens);
  const what = longest?.id === undefined ? "a text" : `document "${longest.id}"`;
  return new LabelscopeError({
    code: "context-overflow",
    message: `${what} has ${longest?.tokens ?? 0} tokens, the embedding model takes ${contextTokens}`,
    details: texts.length > 1 ? [`${texts.length} documents are too long`] : [],
    next: "an embedding model with a longer context, or shorter documents: nothing is cut off silently",
    facts: {texts, contextTokens},
  });
}

/** A file that does not say how one vector is made of its tokens' states. */
export function notAnEmbedder(path: string): LabelscopeError {
  return new LabelscopeError({
    code: "not-an-embedding-model",
    message: `${path} is not an embedding model: the file names no pooling`,
    next: [
      "labelscope models pull all-minilm-l6-v2",
      "the hidden state of a language model is what the estimator probe reads",
    ],
    facts: {path},
  });
}
