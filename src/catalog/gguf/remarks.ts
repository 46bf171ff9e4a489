import type {GgufHeader} from "./header.ts";

/** Something about a model that bears on its numbers. `code` is stable. */
export interface ModelRemark {
  readonly code: string;
  readonly text: string;
}

const CONTROL = 3;
const NORMAL = 1;

/** Texts by which llama.cpp finds the token that ends a turn or a text (llama-vocab.cpp). */
const endTexts = [
  "<|eot_id|>",
  "<|im_end|>",
  "<|end|>",
  "<end_of_turn>",
  "<|endoftext|>",
  "<|end_of_text|>",
  "<|eom_id|>",
  "<|return|>",
  "<|call|>",
  "<EOT>",
  "_<EOT>",
  "[EOT]",
  "[EOS]",
  "<｜end▁of▁sentence｜>",
  "<end_of_utterance>",
];

/**
 * What in a model's metadata and vocabulary bears on its numbers without making it unusable. Empty for a model that says
 * all that a reader of its numbers relies on.
 *
 * @param contextTokens the context that is asked for, where one is
 */
export function modelRemarks(header: GgufHeader, {contextTokens}: {contextTokens?: number} = {}): ModelRemark[] {
  const found: readonly (readonly [code: string, text: string | undefined])[] = [
    ["no-pre-tokenizer", noPreTokenizer(header)],
    ["control-token-type", controlTokens(header)],
    ["no-end-token", noEndToken(header)],
    ["end-of-turn-unknown", unknownEndOfTurn(header)],
    ["context-beyond-training", beyondTraining(header, contextTokens)],
    ["vocabulary-size", vocabularySize(header)],
  ];
  return found.flatMap(([code, text]) => (text === undefined ? [] : [{code, text}]));
}

function noPreTokenizer(header: GgufHeader): string | undefined {
  const pre = header.text("tokenizer.ggml.pre");
  if (header.text("tokenizer.ggml.model") !== "gpt2" || (pre !== undefined && pre !== "" && pre !== "default"))
    return undefined;
  return "the file names no pre-tokenizer (tokenizer.ggml.pre), so texts are cut by a default that may not be the model's: tokens, and every number, can differ from the model's own; convert it anew with a current converter";
}

function controlTokens(header: GgufHeader): string | undefined {
  const tokens = header.strings("tokenizer.ggml.tokens");
  const types = header.numbers("tokenizer.ggml.token_type");
  if (tokens === undefined || types === undefined) return undefined;
  const ends = new Set(endTexts.map(text => Buffer.from(text, "utf8").toString("latin1")));
  const wrong: string[] = [];
  for (const [id, token] of tokens.entries()) {
    const type = types[id];
    if (type === CONTROL) continue;
    if (ends.has(token) || (type === NORMAL && /^<\|[\w ./-]{1,40}\|>$/.test(token)))
      wrong.push(`${decode(token)} (${id})`);
  }
  if (wrong.length === 0) return undefined;
  const shown = wrong.slice(0, 3).join(", ");
  const many = wrong.length > 3 ? ` and ${wrong.length - 3} more` : "";
  return `${shown}${many}: looks like a control token and is not marked as one, so that a document can write it or the engine treats it otherwise than the file says`;
}

function noEndToken(header: GgufHeader): string | undefined {
  const tokens = header.strings("tokenizer.ggml.tokens");
  if (tokens === undefined) return undefined;
  const named = ["eos", "eot", "eom"].some(name => {
    const id = header.number(`tokenizer.ggml.${name}_token_id`);
    return id !== undefined && id >= 0 && id < tokens.length;
  });
  return named
    ? undefined
    : "the file names no end token (tokenizer.ggml.eos_token_id): where a list ends by an end token, that end cannot be told";
}

/** A template that ends turns with a token which the vocabulary does not have writes it letter by letter. */
function unknownEndOfTurn(header: GgufHeader): string | undefined {
  const template = header.text("tokenizer.chat_template");
  const tokens = header.strings("tokenizer.ggml.tokens");
  if (template === undefined || tokens === undefined) return undefined;
  const known = new Set(tokens);
  const absent = endTexts.filter(
    text => template.includes(text) && !known.has(Buffer.from(text, "utf8").toString("latin1")),
  );
  // A template may speak of tokens of other models of its family; only one that has no end at all is at fault.
  const present = endTexts.some(text => template.includes(text) && !absent.includes(text));
  if (absent.length === 0 || present || template.includes("eos_token")) return undefined;
  return `the chat template ends turns with ${absent.join(", ")}, which is no token of the vocabulary: it is written letter by letter`;
}

function beyondTraining(header: GgufHeader, contextTokens: number | undefined): string | undefined {
  const trained = header.number(`${header.text("general.architecture") ?? ""}.context_length`);
  if (contextTokens === undefined || trained === undefined || contextTokens <= trained) return undefined;
  return `a context of ${contextTokens} tokens is asked for, the model was trained with ${trained}: prompts longer than that are read by positions that it never saw`;
}

function vocabularySize(header: GgufHeader): string | undefined {
  const said = header.number(`${header.text("general.architecture") ?? ""}.vocab_size`);
  const tokens = header.strings("tokenizer.ggml.tokens")?.length;
  if (said === undefined || tokens === undefined || said === tokens) return undefined;
  return `the file says that its vocabulary has ${said} tokens and lists ${tokens}; those listed count`;
}

function decode(token: string): string {
  return Buffer.from(token, "latin1").toString("utf8");
}
