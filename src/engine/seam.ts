/**
 * The one place that touches node-llama-cpp's branded and private types. Pinned to 3.22.1; see `native/`.
 */
import type {LlamaModel, Token} from "node-llama-cpp";

/** Token ids as node-llama-cpp brands them. */
export function asTokens(tokens: readonly number[]): Token[] {
  return tokens as Token[];
}

/** The addon's own model object, which the native reader unwraps; undefined where the private field has moved. */
export function addonModel(model: LlamaModel): object | undefined {
  const handle = (model as unknown as {_model?: unknown})._model;
  return typeof handle === "object" && handle !== null ? handle : undefined;
}
