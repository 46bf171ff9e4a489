/**
 * The engine interface: tokens in, reduced read-outs of raw logits out.
 *
 * An engine loads models; a model tokenises and opens sessions; a session holds several token sequences and evaluates
 * more tokens on any of them in one batch. Everything above this folder sees models only through these types.
 */

import type {Finding} from "../catalog/finding.ts";
import type {ModelRemark} from "../catalog/gguf/remarks.ts";
import type {Value} from "../math/bounded.ts";
import type {FileModel, ServerModel} from "../records/model.ts";
import type {Embedder, EmbedderOptions} from "./embedder.ts";
import type {LanesRequest, PlannedLanes} from "./lanes.ts";

/** What to read at one position. Build it once and use the same object at every step: adapters prepare it once. */
export interface ReadSpec {
  /** Tokens whose raw logits are wanted, in this order. */
  readonly tokens: readonly number[];
  /** Sets of tokens whose joint log-weight (logsumexp of their logits) is wanted. */
  readonly groups: readonly (readonly number[])[];
  /** How many of the largest logits are wanted, with their tokens. */
  readonly top: number;
  /** Whether the whole vector of logits is wanted. */
  readonly logits?: boolean;
  /** Whether the last layer's hidden state (after the final norm) is wanted. */
  readonly hidden?: boolean;
}

/**
 * What was read at one position, from raw logits: no temperature, penalty, grammar or truncation.
 *
 * An engine that sees the whole vocabulary knows every number. Another one gives bounds for what it does not know, or leaves
 * it out; what it names (`tokenLogits`, the best token) is always exact. On the log-probability scale `logSumExp` is 0.
 *
 * Source: METHODS §2, exact or bounded
 */
export interface ReadOut {
  /** ln Σ exp(logit) over the full vocabulary, in float64. */
  readonly logSumExp: number;
  /** Shannon entropy of the softmax over the full vocabulary, in bits; absent where the engine says nothing of it. */
  readonly vocabEntropyBits?: Value;
  /** The full vocabulary's best token; the lowest id where several tie. */
  readonly argmax: TokenLogit;
  /** Raw logits of `spec.tokens`, float32 values. */
  readonly tokenLogits: readonly number[];
  /** logsumexp over each of `spec.groups`; -Infinity for an empty group. */
  readonly groupLogSumExp: readonly Value[];
  /** The `spec.top` largest logits, or as many as the engine gives, descending, ties by lower id. */
  readonly top: readonly TokenLogit[];
  readonly logits?: Float32Array;
  readonly hidden?: Float32Array;
}

/** A read-out of an engine that sees the whole vocabulary. */
export interface ExactReadOut extends ReadOut {
  readonly vocabEntropyBits: number;
  readonly groupLogSumExp: readonly number[];
}

export interface TokenLogit {
  readonly token: number;
  readonly logit: number;
}

/** A read at the position of `tokens[at]`: what the model says comes after it. */
export interface Read {
  readonly at: number;
  readonly spec: ReadSpec;
}

/** More tokens at the end of one sequence, and what to read there; `reads` in ascending order of `at`. */
export interface Extension {
  readonly sequence: number;
  readonly tokens: readonly number[];
  readonly reads: readonly Read[];
}

export interface SessionOptions {
  /** How many sequences can be held at once; they are numbered from 0. */
  readonly sequences: number;
  /** The most tokens one sequence may hold. */
  readonly contextTokens: number;
  /** Cache cells over all sequences, where an engine lets them share a prefix. Default: sequences × contextTokens. */
  readonly cells?: number;
  readonly threads: number;
  /** Tokens in one evaluation of the model; longer extensions are split there. Default 512. */
  readonly batchTokens?: number;
  readonly flashAttention: boolean;
  /** Type of the key-value cache. */
  readonly cacheType: "f16" | "f32";
  /** Whether hidden states will be read. */
  readonly hidden?: boolean;
}

/**
 * Several token sequences on one model. Not reentrant: await each call before the next.
 *
 * `extend` appends tokens and reads; `fork` makes one sequence a copy of another; `trim` forgets the end of one.
 * A sequence that would outgrow its context is refused with `context-overflow` before anything is computed, and
 * logits that are NaN raise `nan-logits`.
 */
export interface Session extends AsyncDisposable {
  /** `native` reads in place; `public` goes through node-llama-cpp's documented interface; `remote` asks a
   * server; `scripted` is a fake. */
  readonly path: "native" | "public" | "scripted" | "remote";
  readonly sequences: number;
  readonly contextTokens: number;
  length(sequence: number): number;
  /** @param signal ends the evaluation between two of its parts; the session can then only be closed */
  extend(items: readonly Extension[], signal?: AbortSignal): Promise<ReadOut[][]>;
  fork(from: number, to: number): Promise<void>;
  trim(sequence: number, length: number): Promise<void>;
}

/** The tokens of a model and what text they stand for. */
export interface Vocabulary {
  readonly size: number;
  /**
   * The bytes that each token writes, one character a byte (latin-1), so that half of a character is representable.
   * Control tokens write nothing.
   */
  readonly pieces: readonly string[];
  /** The text of control and user-defined tokens, which a chat template may write, and their ids. */
  readonly specialTokens: ReadonlyMap<string, number>;
  /** Tokens that end a generation. */
  readonly endTokens: ReadonlySet<number>;
  /** The token that the model's metadata wants in front of every prompt; absent where it wants none. */
  readonly bosToken?: number;
  /** Texts of the tokens that a chat template knows by name (`bos_token`, `eos_token` …), wanted in prompts or not. */
  readonly templateTokens?: Readonly<Record<string, string>>;
}

/**
 * What an engine can read. Whatever a run wants beyond it is refused while the run is planned; see `run/capable.ts`.
 */
export interface Capabilities {
  /** Whether `tokenLogits` and the rest are raw logits, or log-probabilities, which differ by a constant a position. */
  readonly scale: "logits" | "log-probabilities";
  /** The most tokens that one read can name, those of its groups included. */
  readonly ids: number;
  /** The most that `top` can ask for. */
  readonly top: number;
  readonly vocabEntropy: "exact" | "bounded" | "absent";
  readonly fullLogits: boolean;
  readonly hiddenState: boolean;
  readonly attention: boolean;
  /** Whether a LoRA can be put on a model. */
  readonly lora: boolean;
  /** Whether one evaluation can read at several of its positions; otherwise each is asked for by itself. */
  readonly positions: boolean;
  /** Sequences share the cells of a common prefix. */
  readonly sharedPrefix: boolean;
}

export interface AdapterSpec {
  readonly path: string;
  readonly scale: number;
}

/** One loaded model, possibly its vocabulary alone. */
export interface Model extends AsyncDisposable {
  readonly vocabulary: Vocabulary;
  /** The longest context the model was trained for, in tokens. */
  readonly trainContextTokens: number;
  readonly capabilities: Capabilities;
  /** Everything about the engine that could change a number, for the manifest. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** The engine's own warnings about the file that bear on numbers; absent where it says none. */
  readonly remarks?: readonly string[];
  /** The model's own Jinja chat template, where the file carries one. */
  readonly chatTemplate: string | undefined;
  /**
   * Tokens of a text. Text that looks like a special token stays text unless `special` is set. Never adds BOS or EOS.
   */
  tokenize(text: string, options?: {readonly special?: boolean}): number[];
  openSession(options: SessionOptions): Promise<Session>;
  /** How the documents of a capture will be served; loads and opens nothing. */
  planLanes(request: LanesRequest): PlannedLanes;
}

export interface LoadOptions {
  readonly adapter?: AdapterSpec;
  /** Load the tokeniser and metadata alone; `openSession` is then refused. */
  readonly vocabularyOnly?: boolean;
  readonly signal?: AbortSignal;
}

/** Where the files and settings of a model are looked for. */
export interface ModelPlace extends Finding {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** What a manifest says of a model, beside its tokeniser. */
export type ModelIdentity = OfModel<FileModel> | OfModel<ServerModel>;
type OfModel<Record> = Omit<Record, "tokenizerHash" | "chatTemplateHash" | "bosToken" | "remarks">;

/** A model that was found and not loaded: what planning needs to know of it, wherever it runs. */
export interface ModelSource {
  /** Made of characters that a folder name can have. */
  readonly id: string;
  readonly isAdapted: boolean;
  /** The longest context that it can be asked with, in tokens. */
  readonly trainContextTokens: number;
  /** Width of the hidden state; absent where it is not known. */
  readonly hiddenColumns: number | undefined;
  /** What about the model bears on its numbers, of the context that is asked for, too; absent where nobody can tell. */
  remarks?(model: Model, contextTokens: number | undefined): readonly ModelRemark[];
  /**
   * Holds the model's `tokenize` to the tokeniser of whoever evaluates, over texts that are about to be sent (a sample if they
   * are many); absent if the two are one.
   *
   * @throws `tokenizer-mismatch`
   */
  verifyTokenizer?(texts: readonly string[]): Promise<void>;
  /** Loads the model, or its tokeniser and vocabulary alone; `openSession` is then refused. */
  load(options?: Pick<LoadOptions, "vocabularyOnly" | "signal">): Promise<Model>;
  /**
   * What tells this model from any other, the same as long as its numbers are: hashes of files take a while.
   *
   * @throws `checksum-mismatch` for a catalogued model that is another file
   */
  describe(options: {readonly home: string; readonly signal?: AbortSignal}): Promise<ModelIdentity>;
}

export interface Engine extends AsyncDisposable {
  readonly name: string;
  /** Finds what a model's spec means. */
  findModel(spec: string, place: ModelPlace): Promise<ModelSource>;
  /** Opens an embedding model beside whatever else this engine holds; absent where it can load none. */
  openEmbedder?(path: string, options: EmbedderOptions): Promise<Embedder>;
}

/** An engine whose models are files. */
export interface FileEngine extends Engine {
  loadModel(path: string, options?: LoadOptions): Promise<Model>;
}
