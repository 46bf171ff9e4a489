import type {Capabilities, ReadOut, ReadSpec} from "../engine.ts";
import type {ServerHttp} from "./http.ts";

/** What a server said after a prompt. */
export interface ServerRead {
  readonly readOut: ReadOut;
  /** The token that it would write next; only where the server told what comes after it, too. */
  readonly next?: number;
}

/** What a server says of itself and of the model that it serves. */
export interface ServedModel {
  /** As the server names it: sent with every request, and compared with every answer. */
  readonly name: string;
  readonly server: string;
  readonly version: string;
  /** Where the server has it from, or the model that an adapter is on. */
  readonly root?: string;
  /** Of a LoRA that the server has loaded: the model that it is on. */
  readonly parent?: string;
  readonly contextTokens: number;
  readonly vocabularySize?: number;
  readonly totalParameters?: number;
  readonly sizeBytes?: number;
  readonly quantisation?: string;
  readonly chatTemplate?: string;
  /** A GGUF file on this machine that has the model's tokeniser. */
  readonly tokenizerFile?: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

export interface DialectOptions {
  readonly http: ServerHttp;
  readonly served: ServedModel;
  readonly vocabularySize: number;
  /** Every read fetches the whole vocabulary: nothing is bounded then. */
  readonly wholeVocabulary: boolean;
}

/** How one kind of server is asked. Each call is one read; nothing is kept between calls. */
export interface Dialect {
  readonly capabilities: Capabilities;
  /** What it found out about how it reads, for the record of a session. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Requests that are worth having under way at once. */
  readonly sequences: number;
  /**
   * Reads after a prompt.
   *
   * @param ahead how many further greedy tokens may be read with the same spec, where that costs no request more
   * @param strict nothing of an earlier request is used, as far as the server lets that be said
   * @returns the read, then those after each greedy token, as many as the server gave
   */
  read(
    prompt: readonly number[],
    spec: ReadSpec,
    about: {readonly ahead: number; readonly strict: boolean; readonly signal?: AbortSignal | undefined},
  ): Promise<readonly ServerRead[]>;
  /** The server's own tokens of a text, special tokens in it being text. */
  tokenize(text: string, signal?: AbortSignal): Promise<readonly number[]>;
}
