import type {Read, ReadOut} from "./engine.ts";

/** Tokens to try after the end of a lane, forgotten once they are read. */
export interface Path {
  readonly tokens: readonly number[];
  readonly reads: readonly Read[];
}

/** One document's view of a model: a sequence of tokens of its own. */
export interface Lane {
  /** Starts over with these tokens; what they share with the run's common prefix is not evaluated again. */
  start(tokens: readonly number[], reads: readonly Read[]): Promise<ReadOut[]>;
  /** Appends tokens. */
  extend(tokens: readonly number[], reads: readonly Read[]): Promise<ReadOut[]>;
  /** Reads along several continuations of the lane, which itself stays as it is. */
  explore(paths: readonly Path[]): Promise<ReadOut[][]>;
  /**
   * The same for paths that begin with paths grown before from where the lane stands: as far as those are still held,
   * only what is new is evaluated. Reads may stand in the new part alone.
   */
  grow(paths: readonly Path[]): Promise<ReadOut[][]>;
  /** How many paths can be evaluated side by side or held; 0: one after another. */
  readonly scratch: number;
  /** Tokens evaluated for the lane's document since it started, the run's common prefix left out. */
  evaluatedTokens(): number;
}

/** What a capture asks of a model: how many documents it has and how large they are. */
export interface LanesRequest {
  /** Tokens that every document's prompt starts with. */
  readonly prefix: readonly number[];
  /** Tokens of the longest prompt with what follows it. */
  readonly longestTokens: number;
  readonly documents: number;
  /** Documents under way at once, where a person has said it. */
  readonly sequences?: number;
  /** The most paths that a document explores side by side, and the most tokens on each. */
  readonly scratch: {readonly sequences: number; readonly tokens: number};
  /** Room for so many paths is wanted before more documents are taken side by side. */
  readonly wantedScratch: number;
  /** Whether hidden states will be read. */
  readonly hidden: boolean;
  /** One document at a time, nothing reused. */
  readonly strict: boolean;
  /** What an engine that computes on this machine is told; others compute as their server does. */
  readonly local: {readonly threads: number; readonly flashAttention: boolean};
}

/** How documents are served, for the record of a session. */
export interface LanesFacts {
  /** Documents under way at once. */
  readonly sequences: number;
  readonly contextTokens: number;
  /** Tokens of the prefix that is evaluated once; 0 where nothing is shared. */
  readonly sharedPrefixTokens: number;
  /** Of the engine on this machine. */
  readonly threads?: number;
  readonly batchTokens?: number;
}

/** How a model will serve a capture's documents: known before anything is opened. */
export interface PlannedLanes {
  readonly facts: LanesFacts;
  /** @param signal when it is aborted, whatever is under way ends as soon as the engine can */
  open(signal: AbortSignal): Promise<Lanes>;
}

/** Documents side by side on one model, each on a lane of its own. */
export interface Lanes extends AsyncDisposable {
  /**
   * Works through `jobs` with as many at once as there are lanes; stops taking new ones when `work` fails.
   *
   * @throws the first failure, after the documents under way have come to rest
   */
  run<T>(jobs: Iterable<T>, work: (job: T, lane: Lane) => Promise<void>): Promise<void>;
}
