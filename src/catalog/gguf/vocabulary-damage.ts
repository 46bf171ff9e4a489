import {isUtf8} from "node:buffer";
import type {GgufHeader} from "./header.ts";
import type {ModelFiles} from "./model-files.ts";

const TOKENS = "tokenizer.ggml.tokens";
/** How a file of some converters writes "there is none" under a token id. */
const NO_TOKEN = [-1, 0xffffffff];
const LARGEST_TYPE = 6;

/**
 * What is wrong with a model's vocabulary, one line each with the key. Lists that stand beside each other must be of one
 * length, and fit the embedding; the engine reads them past their ends otherwise, or ends the process.
 */
export function vocabularyDamage({header, tensors}: ModelFiles): string[] {
  const model = header.text("tokenizer.ggml.model");
  if (model === "no_vocab" || model === "none") return [];
  if (model === undefined) return ["tokenizer.ggml.model is not there"];
  const tokens = header.strings(TOKENS);
  if (tokens === undefined || tokens.length === 0) return [`${TOKENS} is not there, or empty`];
  return [
    ...lengths(header, tokens.length, tensors),
    ...texts(tokens, model),
    ...pieces(header, tokens, model),
    ...ids(header, tokens.length),
  ];
}

function lengths(header: GgufHeader, count: number, tensors: ModelFiles["tensors"]): string[] {
  const found: string[] = [];
  for (const name of ["token_embd.weight", "output.weight"]) {
    const rows = tensors.find(tensor => tensor.name === name)?.dimensions[1];
    if (rows !== undefined && rows !== count) found.push(`${TOKENS} has ${count} entries, ${name} ${rows} rows`);
  }
  const lists = [
    ["tokenizer.ggml.scores", ["float32"]],
    ["tokenizer.ggml.token_type", ["int32", "uint32"]],
  ] as const;
  for (const [key, types] of lists) {
    const value = header.values.get(key);
    if (value === undefined) continue;
    const numbers = header.numbers(key);
    if (numbers === undefined || value.type !== "array" || !types.some(type => type === value.of))
      found.push(`${key} is no list of ${types[0]}`);
    else if (numbers.length !== count) found.push(`${key} has ${numbers.length} entries for ${count} tokens`);
    else if (key.endsWith("scores") && numbers.some(score => Number.isNaN(score))) found.push(`${key} holds NaN`);
    else if (key.endsWith("token_type") && numbers.some(type => type < 0 || type > LARGEST_TYPE))
      found.push(`${key} holds a type that is not from 0 to ${LARGEST_TYPE}`);
  }
  return found;
}

/** The engine finds a token by its text, so that no two may be the same; it decodes them, so that they must be UTF-8. */
function texts(tokens: readonly string[], model: string): string[] {
  const seen = new Set<string>();
  for (const [id, token] of tokens.entries()) {
    // The engine gives empty tokens a name of their own.
    if (seen.has(token) && token !== "") return [`${TOKENS}[${id}] is the same as [${tokens.indexOf(token)}]`];
    seen.add(token);
    // A byte of its own, in a SentencePiece vocabulary that writes bytes as they are.
    if (model === "llama" && token.length === 1) continue;
    if (!isText(token)) return [`${TOKENS}[${id}] is not UTF-8`];
  }
  return [];
}

/** Whether bytes, one latin-1 character each, are UTF-8; most are ASCII, which needs no look at each. */
function isText(bytes: string): boolean {
  return !/[\x80-\xff]/.test(bytes) || isUtf8(Buffer.from(bytes, "latin1"));
}

/** What a kind of tokeniser needs to cut a text; without it, the file's vocabulary is of another kind. */
function pieces(header: GgufHeader, tokens: readonly string[], model: string): string[] {
  if (model === "gpt2") {
    const key = "tokenizer.ggml.merges";
    const merges = header.strings(key);
    if (merges === undefined || merges.length === 0) return [`tokenizer.ggml.model is gpt2, and ${key} is not there`];
    const wrong = merges.findIndex(merge => merge.indexOf(" ", 1) === -1 || !isText(merge));
    return wrong === -1 ? [] : [`${key}[${wrong}] is not two tokens with a space between them`];
  }
  if (model !== "llama" && model !== "t5") return [];
  for (const key of ["tokenizer.ggml.scores", "tokenizer.ggml.token_type"]) {
    if (!header.values.has(key)) return [`tokenizer.ggml.model is ${model}, and ${key} is not there`];
  }
  return model === "llama" ? missingBytes(tokens) : [];
}

/** A text may hold any byte: one that no token can write ends the engine's process in the middle of a run. */
function missingBytes(tokens: readonly string[]): string[] {
  const names = Array.from({length: 256}, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
  const missing = new Set(names);
  for (const token of tokens) {
    if (token.length === 6) missing.delete(token);
    else if (token.length === 1) missing.delete(names[token.charCodeAt(0)] ?? "");
  }
  return [...missing].slice(0, 1).map(name => `tokenizer.ggml.model is llama, and no token writes the byte ${name}`);
}

function ids(header: GgufHeader, count: number): string[] {
  const found: string[] = [];
  for (const key of header.values.keys()) {
    if (!/^tokenizer\.ggml\.\w+_token_id$/.test(key)) continue;
    const id = header.number(key);
    if (id === undefined) found.push(`${key} is no number`);
    else if (!NO_TOKEN.includes(id) && !(Number.isInteger(id) && id >= 0 && id < count))
      found.push(`${key} is ${id}, the vocabulary has ${count} tokens`);
  }
  return found;
}
