import type {Read, ReadOut, ReadSpec} from "../engine.ts";
import type {Lane, Lanes, Path} from "../lanes.ts";
import type {Dialect, ServerRead} from "./dialect.ts";

/** Greedy tokens that are read in advance where one request can give them. */
const AHEAD = 6;

/** Reads of one position each, of which so many are under way at once. */
export class Asker {
  readonly #dialect: Dialect;
  readonly #strict: boolean;
  readonly #signal: AbortSignal | undefined;
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(dialect: Dialect, sequences: number, strict: boolean, signal?: AbortSignal) {
    this.#dialect = dialect;
    this.#free = sequences;
    this.#strict = strict;
    this.#signal = signal;
  }

  async read(prompt: readonly number[], spec: ReadSpec, mayLookAhead: boolean): Promise<readonly ServerRead[]> {
    this.#signal?.throwIfAborted();
    if (this.#free > 0) this.#free--;
    else await new Promise<void>(resolve => this.#waiting.push(resolve));
    try {
      return await this.#dialect.read(prompt, spec, {
        ahead: mayLookAhead && !this.#strict ? AHEAD - 1 : 0,
        strict: this.#strict,
        signal: this.#signal,
      });
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}

/** What was read in advance: after `tokens[i]` of the greedy continuation stands `reads[i]`. */
interface Ahead {
  readonly spec: ReadSpec;
  readonly tokens: readonly number[];
  readonly reads: readonly ReadOut[];
}

/**
 * Lanes on a server: each is served when its own answer comes, since a server batches by itself. A lane's sequence is the
 * list of its tokens; the server keeps what it likes of it.
 */
export function remoteLanes(asker: Asker, lanes: number, settled: () => Promise<void>): Lanes {
  return {
    run: async (jobs, work) => {
      const queue = jobs[Symbol.iterator]();
      let failure: {readonly error: unknown} | undefined;
      const worker = async () => {
        try {
          for (let next = queue.next(); !next.done && failure === undefined; next = queue.next()) {
            await work(next.value, remoteLane(asker, lanes));
          }
        } catch (error) {
          failure ??= {error};
        }
      };
      await Promise.all(Array.from({length: lanes}, worker));
      if (failure !== undefined) throw failure.error;
      await settled();
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function remoteLane(asker: Asker, scratch: number): Lane {
  let own: readonly number[] = [];
  let evaluated = 0;
  let ahead: Ahead | undefined;

  /** Reads after parts of a sequence, side by side; the one at its end may look ahead. */
  const readAll = async (sequence: readonly number[], from: number, reads: readonly Read[]): Promise<ReadOut[]> =>
    await Promise.all(
      reads.map(async ({at, spec}) => {
        const end = from + at + 1;
        const atEnd = end === sequence.length;
        const found = await asker.read(sequence.slice(0, end), spec, atEnd && spec.top > 0);
        const [first, ...later] = found;
        if (first === undefined) throw new RangeError("a server's read is empty");
        if (atEnd && later.length > 0) {
          ahead = {
            spec,
            tokens: found.slice(0, -1).flatMap(({next}) => next ?? []),
            reads: later.map(({readOut}) => readOut),
          };
        }
        return first.readOut;
      }),
    );

  /** What was read in advance for one more token, where it is the one that was foreseen. */
  const foreseen = (tokens: readonly number[], reads: readonly Read[]): ReadOut | undefined => {
    const [token, ...moreTokens] = tokens;
    const [read, ...moreReads] = reads;
    const [next, ...tokensAfter] = ahead?.tokens ?? [];
    const [found, ...readsAfter] = ahead?.reads ?? [];
    const fits = moreTokens.length === 0 && moreReads.length === 0 && token === next && read?.spec === ahead?.spec;
    if (ahead === undefined || found === undefined || token === undefined || !fits) return undefined;
    ahead = {spec: ahead.spec, tokens: tokensAfter, reads: readsAfter};
    return found;
  };

  const explore = async (paths: readonly Path[]): Promise<ReadOut[][]> =>
    await Promise.all(
      paths.map(async ({tokens, reads}) => {
        evaluated += tokens.length;
        const kept = ahead;
        const found = await readAll([...own, ...tokens], own.length, reads);
        ahead = kept;
        return found;
      }),
    );

  return {
    start: async (tokens, reads) => {
      [own, ahead, evaluated] = [tokens, undefined, tokens.length];
      return await readAll(own, 0, reads);
    },
    extend: async (tokens, reads) => {
      const from = own.length;
      own = [...own, ...tokens];
      evaluated += tokens.length;
      const known = foreseen(tokens, reads);
      if (known !== undefined) return [known];
      ahead = undefined;
      return await readAll(own, from, reads);
    },
    explore,
    grow: explore,
    scratch,
    evaluatedTokens: () => evaluated,
  };
}
