import type {Extension, ReadOut, Session, SessionOptions} from "../engine.ts";
import {Ledger} from "../ledger.ts";
import type {Dialect} from "./dialect.ts";
import {Asker} from "./remote-lanes.ts";

/** Several token sequences on a server: each is the list of its tokens, and a read sends it whole. */
export class RemoteSession implements Session {
  readonly path = "remote";
  readonly sequences: number;
  readonly contextTokens: number;
  readonly #dialect: Dialect;
  readonly #ledger: Ledger;
  readonly #tokens: (readonly number[])[];

  constructor(dialect: Dialect, options: SessionOptions, vocabularySize: number) {
    this.sequences = options.sequences;
    this.contextTokens = options.contextTokens;
    this.#dialect = dialect;
    this.#tokens = Array.from({length: options.sequences}, () => []);
    this.#ledger = new Ledger(options.sequences, options.contextTokens, vocabularySize);
  }

  length(sequence: number): number {
    return this.#ledger.length(sequence);
  }

  async extend(items: readonly Extension[], signal?: AbortSignal): Promise<ReadOut[][]> {
    return await this.#ledger.exclusive(async () => {
      this.#ledger.check(items);
      const asker = new Asker(this.#dialect, this.#dialect.sequences, false, signal);
      const found = await Promise.all(
        items.map(async ({sequence, tokens, reads}) => {
          const all = [...(this.#tokens[sequence] ?? []), ...tokens];
          const from = all.length - tokens.length;
          return await Promise.all(
            reads.map(async ({at, spec}) => {
              const [read] = await asker.read(all.slice(0, from + at + 1), spec, false);
              if (read === undefined) throw new RangeError("a server's read is empty");
              return read.readOut;
            }),
          );
        }),
      );
      for (const {sequence, tokens} of items) {
        this.#tokens[sequence] = [...(this.#tokens[sequence] ?? []), ...tokens];
        this.#ledger.set(sequence, this.length(sequence) + tokens.length);
      }
      return found;
    });
  }

  async fork(from: number, to: number): Promise<void> {
    await this.#ledger.exclusive(async () => {
      const length = this.length(from);
      this.#ledger.set(to, length);
      this.#tokens[to] = this.#tokens[from] ?? [];
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
}
