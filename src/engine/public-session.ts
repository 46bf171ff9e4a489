import type {LlamaContext, LlamaContextSequence} from "node-llama-cpp";
import {LabelscopeError} from "../errors.ts";
import type {Extension, ReadOut, Session, SessionOptions} from "./engine.ts";
import {Ledger} from "./ledger.ts";
import {reduceLogits} from "./reduce.ts";
import {asTokens} from "./seam.ts";

/**
 * A session on node-llama-cpp's documented interface alone. The same numbers as the native reader, several times
 * slower: the whole vocabulary is copied into a sorted Map at every read, and a fork evaluates what it does not share.
 */
export class PublicSession implements Session {
  readonly path = "public";
  readonly sequences: number;
  readonly contextTokens: number;
  readonly #context: LlamaContext;
  readonly #lanes: LlamaContextSequence[];
  readonly #tokens: number[][];
  readonly #ledger: Ledger;
  readonly #vocabularySize: number;

  constructor(context: LlamaContext, options: SessionOptions, vocabularySize: number) {
    this.sequences = options.sequences;
    this.contextTokens = options.contextTokens;
    this.#context = context;
    this.#vocabularySize = vocabularySize;
    this.#lanes = Array.from({length: options.sequences}, () => context.getSequence());
    this.#tokens = this.#lanes.map(() => []);
    this.#ledger = new Ledger(options.sequences, options.contextTokens, vocabularySize);
  }

  length(sequence: number): number {
    return this.#ledger.length(sequence);
  }

  async extend(items: readonly Extension[], signal?: AbortSignal): Promise<ReadOut[][]> {
    return await this.#ledger.exclusive(async () => {
      signal?.throwIfAborted();
      this.#ledger.check(items);
      const result = await Promise.all(items.map(item => this.#extendOne(item)));
      for (const item of items) this.#ledger.set(item.sequence, this.length(item.sequence) + item.tokens.length);
      return result;
    });
  }

  async fork(from: number, to: number): Promise<void> {
    await this.#ledger.exclusive(async () => {
      const length = this.length(from);
      this.length(to);
      if (from === to) return;
      const source = this.#tokens[from] ?? [];
      const target = this.#tokens[to] ?? [];
      let shared = 0;
      while (shared < source.length && source[shared] === target[shared]) shared++;
      shared = await this.#cut(to, shared);
      const rest = source.slice(shared);
      if (rest.length > 0) await this.#lane(to).evaluateWithoutGeneratingNewTokens(asTokens(rest));
      this.#tokens[to] = source.slice();
      this.#ledger.set(to, length);
    });
  }

  async trim(sequence: number, length: number): Promise<void> {
    await this.#ledger.exclusive(async () => {
      if (length > this.length(sequence) || length < 0) throw new RangeError(`engine: cannot trim to ${length}`);
      const kept = await this.#cut(sequence, length);
      if (kept < length) {
        const again = (this.#tokens[sequence] ?? []).slice(kept, length);
        await this.#lane(sequence).evaluateWithoutGeneratingNewTokens(asTokens(again));
      }
      this.#tokens[sequence] = (this.#tokens[sequence] ?? []).slice(0, length);
      this.#ledger.set(sequence, length);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ledger.busy) throw new RangeError("engine: a session cannot be closed while it evaluates");
    if (this.#ledger.close()) await this.#context.dispose();
  }

  #lane(sequence: number): LlamaContextSequence {
    const lane = this.#lanes[sequence];
    if (lane === undefined) throw new RangeError(`engine: there is no sequence ${sequence}`);
    return lane;
  }

  /** Forgets from position `length` on; returns how much is really kept, less where the model cannot rewind. */
  async #cut(sequence: number, length: number): Promise<number> {
    const lane = this.#lane(sequence);
    if (lane.nextTokenIndex > length) {
      await lane.eraseContextTokenRanges([{start: length, end: lane.nextTokenIndex}]);
    }
    return lane.nextTokenIndex;
  }

  async #extendOne(item: Extension): Promise<ReadOut[]> {
    const wanted = new Map(item.reads.map(read => [read.at, read.spec]));
    const readOuts = new Map<number, ReadOut>();
    const tokens = asTokens(item.tokens);
    let failure: {readonly error: unknown} | undefined;
    try {
      await this.#lane(item.sequence).controlledEvaluate(
        tokens.map((token, at) => (wanted.has(at) ? [token, {generateNext: {logits: true, temperature: 0}}] : token)),
        {
          onTokenResult: (at, output) => {
            const spec = wanted.get(at);
            const map = output.next.logits;
            if (spec === undefined || map === undefined) return;
            const logits = new Float32Array(this.#vocabularySize).fill(Number.NaN);
            for (const [token, logit] of map) logits[token] = logit;
            delete output.next.logits; // keeps memory flat: the engine would hold every Map until the call ends
            try {
              readOuts.set(at, reduceLogits(logits, spec));
            } catch (error) {
              failure ??= {error}; // thrown again below: the engine swallows what its callbacks throw
            }
          },
        },
      );
      if (failure !== undefined) throw failure.error;
    } catch (cause) {
      if (cause instanceof LabelscopeError) throw cause;
      throw new LabelscopeError({
        code: "evaluation-failed",
        message: `the engine could not evaluate ${tokens.length} tokens`,
        details: [cause instanceof Error ? cause.message : String(cause)],
        next: ["fewer --sequences, or a smaller --context", "labelscope doctor shows what the engine can do here"],
        cause,
      });
    }
    this.#tokens[item.sequence] = [...(this.#tokens[item.sequence] ?? []), ...item.tokens];
    return item.reads.map(read => {
      const readOut = readOuts.get(read.at);
      if (readOut === undefined) throw new RangeError(`engine: no logits came back for position ${read.at}`);
      return readOut;
    });
  }
}
