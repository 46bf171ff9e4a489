import {createRequire} from "node:module";
import {z} from "zod";

/** One native session; see reader.cpp for what each call does. */
export interface NativeSession {
  addSpec(tokens: Int32Array, groups: readonly Int32Array[], top: number, logits: boolean, hidden: boolean): number;
  evaluate(
    tokens: Int32Array,
    positions: Int32Array,
    sequences: Int32Array,
    outputs: Int32Array,
    specs: Int32Array,
  ): Promise<{rows: Float64Array; vectors: Float32Array}>;
  copySequence(from: number, to: number): void;
  trimSequence(sequence: number, length: number): boolean;
  dispose(): void;
}

export interface NativeSessionOptions {
  readonly contextSize: number;
  readonly sequences: number;
  readonly batchSize: number;
  readonly outputsMax: number;
  readonly threads: number;
  readonly flashAttention: boolean;
  readonly f32Cache: boolean;
  readonly hiddenState: boolean;
  readonly adapters: readonly {readonly path: string; readonly scale: number}[];
}

/** What the compiled addon exports. */
export interface NativeReader {
  readonly Session: new (handle: object, modelPath: string, options: NativeSessionOptions) => NativeSession;
  /** Gives freed memory back to the system. */
  readonly trim: () => void;
  /** Writes a model file in another format; `ftype` is llama.h's `llama_ftype`. */
  readonly quantize: (from: string, to: string, ftype: number, threads: number) => Promise<void>;
}

const readerSchema = z.custom<NativeReader>(
  value => typeof value === "object" && value !== null && "Session" in value && typeof value.Session === "function",
);

/** Loads a compiled reader. The engine's own libraries must be loaded already: the reader links against them. */
export function loadReader(file: string): NativeReader {
  return readerSchema.parse(createRequire(import.meta.url)(file));
}
