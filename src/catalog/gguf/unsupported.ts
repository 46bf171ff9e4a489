import {LabelscopeError} from "../../errors.ts";
import type {OtherKind, OtherModel} from "./model-kind.ts";

const embedder = (file: string) => `as an embedding model: --estimators encoder --encoder ${file}`;
const language = "give a language model that writes an answer token by token, such as smollm2-135m-instruct";

/** What each kind is, why it has no label distribution, and what would work. */
const kinds: Readonly<Record<OtherKind, {what: string; why: string; next: (file: string) => readonly string[]}>> = {
  adapter: {
    what: "a LoRA adapter, not a model",
    why: "it changes the weights of another model and has none of its own",
    next: file => [`--model MODEL+${file}, with the model that it was made for`],
  },
  projector: {
    what: "a projector, not a language model",
    why: "it turns images or sound into the input of a language model",
    next: () => ["give the language model that it belongs to"],
  },
  vocabulary: {
    what: "a vocabulary without a model",
    why: "it has no weights",
    next: () => ["give the model's file with weights"],
  },
  imatrix: {
    what: "an importance matrix, not a model",
    why: "it is an input of quantisation",
    next: () => ["give the model that was quantised with it"],
  },
  "encoder-decoder": {
    what: "an encoder–decoder model",
    why: "its prompt goes through an encoder, and label steps are read from models that continue their prompt",
    next: () => [language],
  },
  encoder: {
    what: "an encoder",
    why: "it reads a text as a whole and predicts no next token",
    next: file => [language, embedder(file)],
  },
  embedding: {
    what: "an embedding model",
    why: "it gives one vector for a text and predicts no next token",
    next: file => [language, embedder(file)],
  },
  reranker: {
    what: "a reranker",
    why: "it gives one score for a pair of texts and predicts no next token",
    next: () => [language],
  },
  classifier: {
    what: "a model with a classifier head",
    why: "it gives scores of its own classes and predicts no next token",
    next: () => [language, "labelscope evaluate compares predictions that were made elsewhere"],
  },
  diffusion: {
    what: "a diffusion language model",
    why: "it fills in its answer in any order, so that it has no label steps",
    next: () => [language],
  },
  "part of a model": {
    what: "a helper of another model",
    why: "it does not answer by itself",
    next: () => ["give the language model that it belongs to"],
  },
};

/** In a few words, for a list of facts: `an encoder (its architecture is bert)`. */
export function otherKindText({kind, because}: OtherModel): string {
  return `${kinds[kind].what} (${because})`;
}

/** The error for a file that cannot answer a prompt. */
export function unsupported(path: string, architecture: string, other: OtherModel): LabelscopeError {
  const {what, why, next} = kinds[other.kind];
  return new LabelscopeError({
    code: "model-unsupported",
    message: `${path} is ${what}`,
    details: [`${why}; ${other.because}`, `architecture ${architecture}`],
    next: next(path),
    facts: {path, kind: other.kind, architecture, because: other.because},
  });
}
