import {createHash} from "node:crypto";
import {largest} from "../math/extremes.ts";
import {batchedLanes} from "./batched-lanes.ts";
import type {
  Capabilities,
  Extension,
  FileEngine,
  LoadOptions,
  Model,
  ReadOut,
  Session,
  SessionOptions,
  Vocabulary,
} from "./engine.ts";
import {findFileModel} from "./file-model.ts";
import {Ledger} from "./ledger.ts";
import {reduceLogits} from "./reduce.ts";
import {toBytes} from "./vocabulary.ts";

/** What a scripted model would say next: the logits of texts, given all the bytes before. Unnamed tokens get -20. */
export type Script = (text: string) => Readonly<Record<string, number>>;

export interface ScriptedOptions {
  /** Multi-character tokens besides the 256 single bytes; the tokeniser takes the longest match at each place. */
  readonly tokens?: readonly string[];
  readonly script?: Script;
  readonly trainContextTokens?: number;
  readonly bos?: boolean;
  readonly chatTemplate?: string;
  /** What it says that it cannot do, though it can. */
  readonly capabilities?: Partial<Capabilities>;
  /** Called with every batch: counts decode steps in tests. */
  readonly onExtend?: (items: readonly Extension[]) => void;
}

const END = 256;
const BOS = 257;

/**
 * A deterministic fake for tests: 256 byte tokens, `<end>`, `<bos>`, then `options.tokens`. Without a script its
 * logits are a hash of the token sequence, so that any mistake in the order or the position of tokens shows.
 */
export function scriptedEngine(options: ScriptedOptions = {}): FileEngine {
  const loadModel = async (_path: string, _load?: LoadOptions) => scriptedModel(options);
  return {
    name: "scripted",
    loadModel,
    findModel: async (spec, place) => await findFileModel(loadModel, spec, place),
    [Symbol.asyncDispose]: async () => {},
  };
}

export function scriptedModel(options: ScriptedOptions = {}): Model {
  const bytes = Array.from({length: 256}, (_, byte) => String.fromCharCode(byte));
  const pieces = [...bytes, "", "", ...(options.tokens ?? []).map(toBytes)];
  const vocabulary: Vocabulary = {
    size: pieces.length,
    pieces,
    specialTokens: new Map([
      ["<end>", END],
      ["<bos>", BOS],
    ]),
    endTokens: new Set([END]),
    templateTokens: {bos_token: "<bos>", eos_token: "<end>"},
    ...(options.bos ? {bosToken: BOS} : {}),
  };
  const longest = largest(pieces.map(piece => piece.length));
  const ids = new Map(pieces.map((piece, id) => [piece, id]));
  const capabilities: Capabilities = {
    scale: "logits",
    ids: pieces.length,
    top: pieces.length,
    vocabEntropy: "exact",
    fullLogits: true,
    hiddenState: true,
    attention: false,
    lora: true,
    positions: true,
    sharedPrefix: true,
    ...options.capabilities,
  };
  const openSession: Model["openSession"] = async sessionOptions =>
    new ScriptedSession(vocabulary, options, sessionOptions);
  return {
    vocabulary,
    trainContextTokens: options.trainContextTokens ?? 4096,
    capabilities,
    facts: {engine: "scripted"},
    chatTemplate: options.chatTemplate,
    tokenize(text) {
      const rest = toBytes(text);
      const tokens: number[] = [];
      for (let at = 0; at < rest.length; ) {
        let size = Math.min(longest, rest.length - at);
        while (size > 1 && !ids.has(rest.slice(at, at + size))) size--;
        tokens.push(ids.get(rest.slice(at, at + size)) ?? 0);
        at += size;
      }
      return tokens;
    },
    openSession,
    planLanes: request => batchedLanes({openSession, capabilities}, request),
    [Symbol.asyncDispose]: async () => {},
  };
}

class ScriptedSession implements Session {
  readonly path = "scripted";
  readonly sequences: number;
  readonly contextTokens: number;
  readonly #vocabulary: Vocabulary;
  readonly #options: ScriptedOptions;
  readonly #tokens: number[][];
  readonly #ledger: Ledger;

  constructor(vocabulary: Vocabulary, options: ScriptedOptions, session: SessionOptions) {
    this.sequences = session.sequences;
    this.contextTokens = session.contextTokens;
    this.#vocabulary = vocabulary;
    this.#options = options;
    this.#tokens = Array.from({length: session.sequences}, () => []);
    this.#ledger = new Ledger(session.sequences, session.contextTokens, vocabulary.size);
  }

  length(sequence: number): number {
    return this.#ledger.length(sequence);
  }

  async extend(items: readonly Extension[], signal?: AbortSignal): Promise<ReadOut[][]> {
    return await this.#ledger.exclusive(async () => {
      signal?.throwIfAborted();
      this.#ledger.check(items);
      this.#options.onExtend?.(items);
      return items.map(({sequence, tokens, reads}) => {
        const before = this.#tokens[sequence] ?? [];
        const readOuts = reads.map(read => {
          const seen = [...before, ...tokens.slice(0, read.at + 1)];
          const logits = this.#logits(seen);
          return reduceLogits(logits, read.spec, read.spec.hidden ? logits.slice(0, 8) : undefined);
        });
        this.#tokens[sequence] = [...before, ...tokens];
        this.#ledger.set(sequence, before.length + tokens.length);
        return readOuts;
      });
    });
  }

  async fork(from: number, to: number): Promise<void> {
    await this.#ledger.exclusive(async () => {
      const length = this.length(from);
      this.#ledger.set(to, length);
      this.#tokens[to] = (this.#tokens[from] ?? []).slice();
    });
  }

  async trim(sequence: number, length: number): Promise<void> {
    await this.#ledger.exclusive(async () => {
      if (length > this.length(sequence) || length < 0) throw new RangeError(`engine: cannot trim to ${length}`);
      this.#tokens[sequence] = (this.#tokens[sequence] ?? []).slice(0, length);
      this.#ledger.set(sequence, length);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ledger.busy) throw new RangeError("engine: a session cannot be closed while it evaluates");
    this.#ledger.close();
  }

  #logits(tokens: readonly number[]): Float32Array {
    const {pieces, size} = this.#vocabulary;
    const logits = new Float32Array(size);
    if (this.#options.script !== undefined) {
      const named = this.#options.script(tokens.map(token => pieces[token] ?? "").join(""));
      logits.fill(-20);
      for (const [text, logit] of Object.entries(named)) {
        const id = text === "<end>" ? END : pieces.indexOf(toBytes(text));
        if (id < 0) throw new RangeError(`the script names "${text}", which is no token`);
        logits[id] = logit;
      }
      return logits;
    }
    const seed = createHash("sha256").update(Int32Array.from(tokens)).digest();
    for (let id = 0; id < size; id++) {
      logits[id] = (((seed[id % 32] ?? 0) * 31 + id * 7919 + (seed[(id * 7) % 32] ?? 0)) % 997) / 100;
    }
    return logits;
  }
}
