import {LabelscopeError} from "../errors.ts";
import type {Extension, ReadOut, ReadSpec} from "./engine.ts";

/** What `Ledger.check` finds wrong in an extension is a mistake of the caller, not of the user. */
function misuse(message: string): RangeError {
  return new RangeError(`engine: ${message}`);
}

/**
 * The lengths of a session's sequences, shared by every adapter so that all refuse the same things.
 */
export class Ledger {
  readonly #lengths: number[];
  readonly contextTokens: number;
  readonly #vocabularySize: number;
  readonly #checked = new WeakSet<ReadSpec>();
  #closed = false;
  #busy = false;

  constructor(sequences: number, contextTokens: number, vocabularySize: number) {
    this.#lengths = Array.from({length: sequences}, () => 0);
    this.contextTokens = contextTokens;
    this.#vocabularySize = vocabularySize;
  }

  length(sequence: number): number {
    const length = this.#lengths[sequence];
    if (length === undefined) throw misuse(`there is no sequence ${sequence}`);
    return length;
  }

  set(sequence: number, length: number): void {
    this.length(sequence);
    this.#lengths[sequence] = length;
  }

  /**
   * Throws before anything is evaluated: unknown sequence, empty extension, read outside it or of a token that is none,
   * context overflow.
   */
  check(items: readonly Extension[]): void {
    const seen = new Set<number>();
    for (const {sequence, tokens, reads} of items) {
      const length = this.length(sequence);
      if (seen.has(sequence)) throw misuse(`sequence ${sequence} is extended twice in one call`);
      seen.add(sequence);
      if (tokens.length === 0) throw misuse("an extension needs at least one token");
      let last = -1;
      for (const {at, spec} of reads) {
        this.#checkSpec(spec);
        if (at <= last || at >= tokens.length) throw misuse(`a read at ${at} is out of order or outside the extension`);
        last = at;
      }
      if (length + tokens.length > this.contextTokens) {
        throw new LabelscopeError({
          code: "context-overflow",
          message: `a sequence of ${length + tokens.length} tokens does not fit in a context of ${this.contextTokens}`,
          next: "--context with a larger number, or fewer --shots",
          facts: {neededTokens: length + tokens.length, contextTokens: this.contextTokens},
        });
      }
    }
  }

  #checkSpec(spec: ReadSpec): void {
    if (this.#checked.has(spec)) return;
    const outside = [...spec.tokens, ...spec.groups.flat()].find(
      token => !Number.isInteger(token) || token < 0 || token >= this.#vocabularySize,
    );
    if (outside !== undefined)
      throw misuse(`a read asks for token ${outside}, the vocabulary has ${this.#vocabularySize}`);
    this.#checked.add(spec);
  }

  /** Runs one exclusive step; a second one at the same time, or one after `close`, is refused. */
  async exclusive<T>(step: () => Promise<T>): Promise<T> {
    if (this.#closed) throw misuse("the session is closed");
    if (this.#busy) throw misuse("the session is busy: await each call before the next");
    this.#busy = true;
    try {
      return await step();
    } finally {
      this.#busy = false;
    }
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** True the first time it is called. */
  close(): boolean {
    const first = !this.#closed;
    this.#closed = true;
    return first;
  }
}

/** Corrupt weights load without complaint and give NaN, or infinity, at every position: name it at the first one. */
export function assertNumeric<R extends ReadOut>(readOut: R, hasNan: boolean): R {
  if (hasNan || !Number.isFinite(readOut.logSumExp) || Number.isNaN(readOut.vocabEntropyBits ?? 0)) {
    throw new LabelscopeError({
      code: "nan-logits",
      message: "the model gives logits that are not numbers: its weights are corrupt, or its architecture overflows",
      next: ["labelscope models verify, then pull the file again", "another quantisation of the same model"],
    });
  }
  return readOut;
}
