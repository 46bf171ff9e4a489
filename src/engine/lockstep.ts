import type {Extension, ReadOut, Session} from "./engine.ts";
import {KeptPaths} from "./kept-paths.ts";
import type {Lane, Path} from "./lanes.ts";

export interface LockstepOptions {
  /** Tokens that every document's prompt starts with; evaluated once. Empty in strict mode. */
  readonly prefix: readonly number[];
  /** How many documents are under way at once. */
  readonly lanes: number;
  /** Sequences of each lane for explored paths; 0 explores one path after another on the lane itself and rewinds. */
  readonly scratchPerLane: number;
}

/** A change of a sequence that evaluates nothing. */
type Move =
  | {readonly kind: "fork"; readonly from: number; readonly to: number}
  | {readonly kind: "trim"; readonly sequence: number; readonly length: number};

/** What one lane wants done in the next batch. */
interface Wish {
  readonly before: readonly Move[];
  readonly items: readonly Extension[];
  readonly after: readonly Move[];
}

type Ask = (wish: Wish) => Promise<ReadOut[][]>;

interface Request extends Wish {
  readonly resolve: (readOuts: ReadOut[][]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Runs documents side by side in one session, in lockstep: each asks for tokens to be evaluated and waits; when all
 * that are under way wait, their requests go to the engine as one batch. A document that ends makes room for the next
 * at once, whose prompt joins the others' next batch. The code that captures one document stays a straight line. It is how
 * an engine that evaluates batches serves lanes; a server batches by itself.
 *
 * Sequence 0 holds the prefix, 1 … lanes the documents, the rest are scratch. One lane without a prefix and scratch
 * (strict mode) needs sequence 0 alone.
 */
export class Lockstep {
  readonly #session: Session;
  readonly #options: LockstepOptions;
  readonly #signal: AbortSignal | undefined;
  #active = 0;
  #waiting: Request[] = [];

  /** @param signal when it is aborted, the next evaluation, or the next part of one under way, throws its reason */
  constructor(session: Session, options: LockstepOptions, signal?: AbortSignal) {
    this.#session = session;
    this.#options = options;
    this.#signal = signal;
    const needed = sequencesNeeded(options);
    if (session.sequences < needed)
      throw new RangeError(`lockstep: ${needed} sequences needed, not ${session.sequences}`);
  }

  /** Evaluates the shared prefix. */
  async prepare(): Promise<void> {
    const {prefix} = this.#options;
    if (prefix.length > 0) await this.#session.extend([{sequence: 0, tokens: prefix, reads: []}], this.#signal);
  }

  /**
   * Works through `jobs` with as many at once as there are lanes; stops taking new ones when `work` fails.
   *
   * @throws the first failure, after the documents under way have come to rest
   */
  async run<T>(jobs: Iterable<T>, work: (job: T, lane: Lane) => Promise<void>): Promise<void> {
    const queue = jobs[Symbol.iterator]();
    let failure: {readonly error: unknown} | undefined;
    const worker = async (lane: number) => {
      try {
        for (let next = queue.next(); !next.done && failure === undefined; next = queue.next()) {
          await work(next.value, this.#lane(lane));
        }
      } catch (error) {
        failure ??= {error};
      }
      this.#active--;
      this.#flushIfReady();
    };
    this.#active = this.#options.lanes;
    await Promise.all(Array.from({length: this.#options.lanes}, (_, lane) => worker(lane)));
    if (failure !== undefined) throw failure.error;
  }

  #lane(lane: number): Lane {
    const {prefix, lanes, scratchPerLane} = this.#options;
    const alone = sequencesNeeded(this.#options) === 1;
    const sequence = alone ? 0 : 1 + lane;
    const scratch = Array.from({length: scratchPerLane}, (_, i) => 1 + lanes + lane * scratchPerLane + i);
    const restart: Move = alone ? {kind: "trim", sequence, length: 0} : {kind: "fork", from: 0, to: sequence};
    const kept = new KeptPaths(scratch);
    const letGo = (): Move[] => kept.clear().map(held => ({kind: "trim", sequence: held, length: 0}));
    let evaluated = 0;
    const ask = async (wish: Wish) => {
      this.#signal?.throwIfAborted();
      evaluated += wish.items.reduce((sum, item) => sum + item.tokens.length, 0);
      return await this.#ask(wish);
    };
    return {
      start: async (tokens, reads) => {
        evaluated = 0;
        const rest = tokens.slice(prefix.length);
        const shifted = reads.map(read => ({...read, at: read.at - prefix.length}));
        const items = rest.length === 0 && reads.length === 0 ? [] : [{sequence, tokens: rest, reads: shifted}];
        return (await ask({before: [...letGo(), restart], items, after: []}))[0] ?? [];
      },
      extend: async (tokens, reads) => {
        return (await ask({before: letGo(), items: [{sequence, tokens, reads}], after: []}))[0] ?? [];
      },
      explore: async paths => await this.#explore(sequence, scratch, paths, letGo(), ask),
      grow: async paths =>
        scratch.length < 2
          ? await this.#explore(sequence, scratch, paths, [], ask)
          : await grow(sequence, kept, paths, ask),
      scratch: scratch.length,
      evaluatedTokens: () => evaluated,
    };
  }

  async #explore(
    sequence: number,
    scratch: readonly number[],
    paths: readonly Path[],
    first: readonly Move[],
    ask: Ask,
  ): Promise<ReadOut[][]> {
    const length = this.#session.length(sequence);
    let before = first;
    const found: ReadOut[][] = [];
    const rewind: Move = {kind: "trim", sequence, length};
    for (let done = 0; done < paths.length; done += Math.max(1, scratch.length)) {
      const now = paths.slice(done, done + Math.max(1, scratch.length));
      const used = scratch.slice(0, now.length);
      const wish: Wish =
        used.length === 0
          ? {before, items: now.map(path => ({sequence, ...path})), after: [rewind]}
          : {
              before: [...before, ...used.map((to): Move => ({kind: "fork", from: sequence, to}))],
              items: now.map((path, i) => ({sequence: used[i] ?? -1, ...path})),
              after: used.map(to => ({kind: "trim", sequence: to, length: 0})),
            };
      for (const one of await ask(wish)) found.push(one);
      before = [];
    }
    return found;
  }

  #ask(wish: Wish): Promise<ReadOut[][]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({...wish, resolve, reject});
      this.#flushIfReady();
    });
  }

  #flushIfReady(): void {
    if (this.#waiting.length === 0 || this.#waiting.length < this.#active) return;
    const requests = this.#waiting;
    this.#waiting = [];
    this.#evaluate(requests).catch(error => {
      for (const request of requests) request.reject(error);
    });
  }

  async #evaluate(requests: readonly Request[]): Promise<void> {
    this.#signal?.throwIfAborted();
    for (const move of requests.flatMap(request => request.before)) await this.#move(move);
    const items = requests.flatMap(request => request.items);
    const readOuts = items.length === 0 ? [] : await this.#session.extend(items, this.#signal);
    for (const move of requests.flatMap(request => request.after)) await this.#move(move);
    let place = 0;
    for (const request of requests) {
      request.resolve(readOuts.slice(place, place + request.items.length));
      place += request.items.length;
    }
  }

  async #move(move: Move): Promise<void> {
    if (move.kind === "fork") await this.#session.fork(move.from, move.to);
    else await this.#session.trim(move.sequence, move.length);
  }
}

/** Evaluates paths from the longest parts of them that are kept, and keeps them in turn. */
async function grow(sequence: number, kept: KeptPaths, paths: readonly Path[], ask: Ask): Promise<ReadOut[][]> {
  const found: ReadOut[][] = [];
  for (let done = 0; done < paths.length; ) {
    const steps = kept.place(paths.slice(done).map(({tokens}) => tokens));
    const items = steps.map(({to, shared}, i) => {
      const {tokens, reads} = paths[done + i] ?? {tokens: [], reads: []};
      return {
        sequence: to,
        tokens: tokens.slice(shared),
        reads: reads.map(({at, spec}) => ({at: at - shared, spec})),
      };
    });
    const before = steps.map(({from, to}): Move => ({kind: "fork", from: from ?? sequence, to}));
    for (const one of await ask({before, items, after: []})) found.push(one);
    done += steps.length;
  }
  return found;
}

/** How many sequences a session needs for these options. */
export function sequencesNeeded({prefix, lanes, scratchPerLane}: LockstepOptions): number {
  return prefix.length === 0 && lanes === 1 && scratchPerLane === 0 ? 1 : 1 + lanes + lanes * scratchPerLane;
}
