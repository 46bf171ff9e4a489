export interface EmbedderOptions {
  readonly threads: number;
  /** The most tokens of a text with what the model puts around it. Default: what it was trained for, at most 2 048. */
  readonly contextTokens?: number;
  readonly signal?: AbortSignal;
}

/** An embedding model: a text in, one vector out. Not reentrant: await each call before the next. */
export interface Embedder extends AsyncDisposable {
  /** Length of a vector. */
  readonly dimensions: number;
  readonly contextTokens: number;
  /** How the model makes one vector of its tokens' states. */
  readonly pooling: "mean" | "cls" | "last";
  /** What could change a number, beside the facts of the engine. */
  readonly facts: Readonly<Record<string, string | number | boolean>>;
  /** Tokens of a text as it is evaluated, begin and end tokens included. Special tokens in a text are text. */
  tokenCount(text: string): number;
  /**
   * The pooled embedding, divided by its Euclidean norm, as sentence-transformers and llama.cpp's own tools give it. Each
   * text is evaluated by itself, so a vector does not depend on what was asked before.
   *
   * @throws `context-overflow` before anything is computed; `nan-logits` for a vector that is none
   */
  embed(text: string): Promise<Float32Array>;
}
