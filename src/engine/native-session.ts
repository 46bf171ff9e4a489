import {LabelscopeError} from "../errors.ts";
import type {Extension, ReadOut, ReadSpec, Session, SessionOptions} from "./engine.ts";
import {assertNumeric, Ledger} from "./ledger.ts";
import type {NativeReader, NativeSession} from "./native/load.ts";

/** The fixed numbers at the head of a row; see `ReadSpec::width` in reader.cpp. */
const HEAD = 6;

export interface NativeSource {
  readonly reader: NativeReader;
  /** The engine's private model object and the path it was loaded from. */
  readonly handle: object;
  readonly modelPath: string;
  readonly adapters: readonly {readonly path: string; readonly scale: number}[];
  readonly hiddenSize: number;
  readonly vocabularySize: number;
}

/**
 * A session on the native reader: its own llama context with one cache that all sequences share.
 *
 * The rows of read-outs come back in the order in which they were asked for.
 */
export class NativeReaderSession implements Session {
  readonly path = "native";
  readonly sequences: number;
  readonly contextTokens: number;
  readonly #source: NativeSource;
  readonly #native: NativeSession;
  readonly #ledger: Ledger;
  readonly #batchSize: number;
  readonly #specs = new Map<ReadSpec, number>();

  constructor(source: NativeSource, options: SessionOptions) {
    this.sequences = options.sequences;
    this.contextTokens = options.contextTokens;
    this.#source = source;
    this.#ledger = new Ledger(options.sequences, options.contextTokens, source.vocabularySize);
    const batchSize = options.batchTokens ?? 512;
    this.#batchSize = batchSize;
    this.#native = new source.reader.Session(source.handle, source.modelPath, {
      contextSize: options.cells ?? options.sequences * options.contextTokens,
      sequences: options.sequences,
      batchSize,
      outputsMax: outputsMax(options, batchSize),
      threads: options.threads,
      flashAttention: options.flashAttention,
      f32Cache: options.cacheType === "f32",
      hiddenState: options.hidden === true,
      adapters: source.adapters,
    });
  }

  length(sequence: number): number {
    return this.#ledger.length(sequence);
  }

  async extend(items: readonly Extension[], signal?: AbortSignal): Promise<ReadOut[][]> {
    return await this.#ledger.exclusive(async () => {
      signal?.throwIfAborted();
      this.#ledger.check(items);
      const total = items.reduce((sum, item) => sum + item.tokens.length, 0);
      const tokens = new Int32Array(total);
      const positions = new Int32Array(total);
      const sequences = new Int32Array(total);
      const outputs: number[] = [];
      const specs: number[] = [];
      let place = 0;
      for (const item of items) {
        const start = this.length(item.sequence);
        for (const read of item.reads) {
          outputs.push(place + read.at);
          specs.push(this.#specIndex(read.spec));
        }
        item.tokens.forEach((token, offset) => {
          tokens[place] = token;
          positions[place] = start + offset;
          sequences[place] = item.sequence;
          place++;
        });
      }
      // The reader cuts a batch at the same places, so nothing moves; in between an interruption is heard. Where something is
      // read, it cuts by what is read and is not interrupted.
      const unread = outputs.length === 0 ? Math.max(0, total - 1) : 0;
      let done = 0;
      for (; done + this.#batchSize <= unread; done += this.#batchSize) {
        const part = [tokens, positions, sequences].map(list => list.subarray(done, done + this.#batchSize));
        const [partTokens = tokens, partPositions = positions, partSequences = sequences] = part;
        await this.#evaluate(partTokens, partPositions, partSequences, new Int32Array(), new Int32Array());
        signal?.throwIfAborted();
      }
      const {rows, vectors} = await this.#evaluate(
        tokens.subarray(done),
        positions.subarray(done),
        sequences.subarray(done),
        Int32Array.from(outputs),
        Int32Array.from(specs),
      );
      for (const item of items) this.#ledger.set(item.sequence, this.length(item.sequence) + item.tokens.length);
      const cursor = {row: 0, vector: 0};
      return items.map(item => item.reads.map(read => this.#decode(rows, vectors, cursor, read.spec)));
    });
  }

  async fork(from: number, to: number): Promise<void> {
    await this.#ledger.exclusive(async () => {
      const length = this.length(from);
      this.length(to);
      if (from !== to) this.#native.copySequence(from, to);
      this.#ledger.set(to, length);
    });
  }

  async trim(sequence: number, length: number): Promise<void> {
    await this.#ledger.exclusive(async () => {
      if (length > this.length(sequence) || length < 0) throw new RangeError(`engine: cannot trim to ${length}`);
      if (!this.#native.trimSequence(sequence, length)) {
        throw new LabelscopeError({
          code: "cannot-rewind",
          message: "this model's memory cannot be cut at a position (it is recurrent or hybrid)",
          next: "run without --strict, which forks instead of cutting",
        });
      }
      this.#ledger.set(sequence, length);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ledger.busy) throw new RangeError("engine: a session cannot be closed while it evaluates");
    if (this.#ledger.close()) this.#native.dispose();
  }

  async #evaluate(...batch: [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array]) {
    try {
      return await this.#native.evaluate(...batch);
    } catch (cause) {
      throw new LabelscopeError({
        code: "evaluation-failed",
        message: `the engine could not evaluate a batch of ${batch[0].length} tokens`,
        details: [cause instanceof Error ? cause.message : String(cause)],
        next: ["fewer --sequences, or a smaller --context", "labelscope doctor shows what the engine can do here"],
        cause,
      });
    }
  }

  #specIndex(spec: ReadSpec): number {
    const known = this.#specs.get(spec);
    if (known !== undefined) return known;
    const groups = spec.groups.map(group => Int32Array.from(group));
    const index = this.#native.addSpec(
      Int32Array.from(spec.tokens),
      groups,
      spec.top,
      spec.logits === true,
      spec.hidden === true,
    );
    this.#specs.set(spec, index);
    return index;
  }

  #decode(rows: Float64Array, vectors: Float32Array, cursor: {row: number; vector: number}, spec: ReadSpec): ReadOut {
    const top = Math.min(spec.top, this.#source.vocabularySize);
    const width = HEAD + spec.tokens.length + spec.groups.length + 2 * top;
    const row = rows.subarray(cursor.row, cursor.row + width);
    cursor.row += width;
    const take = (size: number) => {
      cursor.vector += size;
      return vectors.slice(cursor.vector - size, cursor.vector);
    };
    const number = (index: number) => row[index] ?? Number.NaN;
    const groupsAt = HEAD + spec.tokens.length;
    const topAt = groupsAt + spec.groups.length;
    return assertNumeric(
      {
        logSumExp: number(0),
        vocabEntropyBits: number(1) / Math.LN2,
        argmax: {token: number(2), logit: number(3)},
        tokenLogits: Array.from(row.subarray(HEAD, groupsAt)),
        groupLogSumExp: Array.from(row.subarray(groupsAt, topAt)),
        top: Array.from({length: top}, (_, i) => ({token: number(topAt + i), logit: number(topAt + top + i)})),
        ...(spec.logits ? {logits: take(this.#source.vocabularySize)} : {}),
        ...(spec.hidden ? {hidden: take(this.#source.hiddenSize)} : {}),
      },
      number(4) === 1,
    );
  }
}

/**
 * How many positions of one evaluation can be read. llama.cpp keeps room for one a sequence, and for every token where
 * hidden states are read; it ends the process where that is more than was said. Each costs a row of the vocabulary.
 */
function outputsMax({sequences, hidden}: SessionOptions, batchSize: number): number {
  return Math.max(sequences, hidden === true ? batchSize : Math.min(batchSize, 128));
}
