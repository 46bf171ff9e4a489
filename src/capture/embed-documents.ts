import type {Embedder} from "../engine/embedder.ts";
import {embeddingOverflow} from "../engine/embedding.ts";
import type {Document} from "../records/document.ts";

/** Embeddings of documents, row by row: document `ids[i]` has `vectors[i · dimensions]` and the ones after it. */
export interface DocumentEmbeddings {
  readonly ids: readonly string[];
  /** Tokens of each text as it was evaluated. */
  readonly tokens: readonly number[];
  readonly dimensions: number;
  readonly vectors: Float32Array;
}

/**
 * Embeds the texts of documents, in their order.
 *
 * All lengths are checked before the first text is evaluated. Texts are evaluated one at a time: the rows do not depend on
 * the order or on each other, so parts of a list can be embedded apart and joined.
 *
 * @param options.onDocument after each document, with how many are done and its vector; awaited before the next one
 * @throws `context-overflow` naming the longest document; the signal's reason when it is aborted, between two documents
 */
export async function embedDocuments(
  embedder: Pick<Embedder, "dimensions" | "contextTokens" | "tokenCount" | "embed">,
  documents: readonly Pick<Document, "id" | "text">[],
  options: {
    readonly signal?: AbortSignal;
    readonly onDocument?: (done: number, vector: Float32Array) => void | Promise<void>;
  } = {},
): Promise<DocumentEmbeddings> {
  const {dimensions, contextTokens} = embedder;
  const tokens = documents.map(({text}) => embedder.tokenCount(text));
  const tooLong = documents
    .map(({id}, index) => ({id, tokens: tokens[index] ?? 0}))
    .filter(text => text.tokens > contextTokens);
  if (tooLong.length > 0) throw embeddingOverflow(tooLong, contextTokens);
  const vectors = new Float32Array(documents.length * dimensions);
  for (const [index, {text}] of documents.entries()) {
    options.signal?.throwIfAborted();
    const vector = await embedder.embed(text);
    vectors.set(vector, index * dimensions);
    await options.onDocument?.(index + 1, vector);
  }
  return {ids: documents.map(({id}) => id), tokens, dimensions, vectors};
}
