import {startsWith} from "./starts-with.ts";

/** Where a path is evaluated: on a copy of `from` (undefined: of the lane itself), which holds its first `shared` tokens. */
export interface Placed {
  readonly from: number | undefined;
  readonly to: number;
  readonly shared: number;
}

interface Held {
  readonly sequence: number;
  readonly tokens: readonly number[];
}

/**
 * Which continuations of a lane its scratch sequences hold, so that a longer one is grown from a shorter one. Those that
 * were used longest ago make room.
 */
export class KeptPaths {
  readonly #scratch: readonly number[];
  /** The most recently used last. */
  #held: Held[] = [];

  /** @param scratch at least two sequences: one to grow from and one to grow on */
  constructor(scratch: readonly number[]) {
    this.#scratch = scratch;
  }

  /** Forgets all; returns the sequences that held something. */
  clear(): number[] {
    const sequences = this.#held.map(({sequence}) => sequence);
    this.#held = [];
    return sequences;
  }

  /**
   * Places as many of these paths, from the first, as can be evaluated at once: none on a sequence that another of them
   * starts from. At least one.
   */
  place(paths: readonly (readonly number[])[]): Placed[] {
    const placed: {path: readonly number[]; from: number | undefined; shared: number}[] = [];
    const sources = new Set<number>();
    for (const path of paths) {
      const source = this.#longest(path);
      const needed = sources.size + (source === undefined || sources.has(source.sequence) ? 0 : 1) + placed.length + 1;
      if (needed > this.#scratch.length && placed.length > 0) break;
      if (source !== undefined) sources.add(source.sequence);
      placed.push({path, from: source?.sequence, shared: source?.tokens.length ?? 0});
    }
    this.#held = [
      ...this.#held.filter(({sequence}) => !sources.has(sequence)),
      ...this.#held.filter(({sequence}) => sources.has(sequence)),
    ];
    const used = new Set(this.#held.map(({sequence}) => sequence));
    const free = [
      ...this.#scratch.filter(sequence => !used.has(sequence)),
      ...this.#held.map(({sequence}) => sequence),
    ];
    const targets = free.slice(0, placed.length);
    this.#held = [
      ...this.#held.filter(({sequence}) => !targets.includes(sequence)),
      ...placed.map(({path}, i) => ({sequence: targets[i] ?? -1, tokens: path})),
    ];
    return placed.map(({from, shared}, i) => ({from, shared, to: targets[i] ?? -1}));
  }

  /** The longest kept path that is a true beginning of this one. */
  #longest(path: readonly number[]) {
    return this.#held
      .filter(({tokens}) => tokens.length < path.length && startsWith(path, tokens))
      .reduce<Held | undefined>(
        (best, held) => (held.tokens.length > (best?.tokens.length ?? 0) ? held : best),
        undefined,
      );
  }
}
