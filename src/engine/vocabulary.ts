import {z} from "zod";
import {LabelscopeError} from "../errors.ts";
import type {Vocabulary} from "./engine.ts";

/** Token types of the GGUF specification (`tokenizer.ggml.token_type`). */
const CONTROL = 3;
const USER_DEFINED = 4;
const BYTE = 6;

/** A list whose elements are looked at without a schema each: a vocabulary has some 10^5 of them. */
const listOf = <Element>(isElement: (value: unknown) => value is Element) =>
  z.custom<readonly Element[]>(value => Array.isArray(value) && value.every(isElement));

const tokenizerSchema = z.object({
  model: z.string(),
  tokens: listOf(value => typeof value === "string").refine(tokens => tokens.length > 0),
  token_type: listOf(value => typeof value === "number").optional(),
  bos_token_id: z.number().optional(),
  eos_token_id: z.number().optional(),
  unknown_token_id: z.number().optional(),
  padding_token_id: z.number().optional(),
});

/** Latin-1 characters that stand for the UTF-8 bytes of a text: one character a byte. */
export function toBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** The text that a byte string writes; bytes that are no UTF-8 become U+FFFD. */
export function fromBytes(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/**
 * GPT-2's table from the codes of the printable characters in which byte-level tokens are written to the bytes they stand for.
 * Source: Radford et al. 2019, `encoder.py`.
 */
function byteLevelTable(): readonly (string | undefined)[] {
  const printable = (byte: number) =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  const table: string[] = [];
  let moved = 256;
  for (let byte = 0; byte < 256; byte++) table[printable(byte) ? byte : moved++] = String.fromCharCode(byte);
  return table;
}

const byteOf = byteLevelTable();

/** The bytes that a byte-level token writes, one latin-1 character each. @example byteLevelPiece("Ġjoy") // " joy" */
export function byteLevelPiece(token: string): string {
  if (!/[^!-~]/.test(token)) return token; // each character stands for itself
  let bytes = "";
  for (const character of token) bytes += byteOf[character.codePointAt(0) ?? 0] ?? toBytes(character);
  return bytes;
}

/**
 * Reads the vocabulary out of a GGUF file's metadata, since single tokens may be half of a character, which no
 * detokeniser that returns strings can show.
 *
 * Knows byte-level BPE (`gpt2`) and SentencePiece (`llama`, `t5`) tokenizers.
 *
 * @param ggml the metadata under `tokenizer.ggml`
 * @throws tokenizer-unsupported for another kind
 */
export function readVocabulary(ggml: unknown, facts: {endTokens: ReadonlySet<number>; bosToken?: number}): Vocabulary {
  const {model, tokens, token_type: types, ...ids} = tokenizerSchema.parse(ggml);
  const write = pieceWriter(model);
  const specialTokens = new Map<string, number>();
  const pieces = tokens.map((token, id) => {
    const type = types?.[id] ?? 1;
    if (type === CONTROL || type === USER_DEFINED) specialTokens.set(token, id);
    if (type === CONTROL) return "";
    if (type === USER_DEFINED) return toBytes(token);
    return write(token, type);
  });
  const named = {
    bos_token: ids.bos_token_id,
    eos_token: ids.eos_token_id,
    unk_token: ids.unknown_token_id,
    pad_token: ids.padding_token_id,
  };
  const templateTokens = Object.fromEntries(
    Object.entries(named).flatMap(([name, id]) => {
      const text = id === undefined ? undefined : tokens[id];
      return text === undefined ? [] : [[name, text]];
    }),
  );
  return {size: tokens.length, pieces, specialTokens, templateTokens, ...facts};
}

function pieceWriter(model: string): (token: string, type: number) => string {
  if (model === "gpt2") {
    return byteLevelPiece;
  }
  if (model === "llama" || model === "t5") {
    return (token, type) =>
      type === BYTE ? String.fromCharCode(Number.parseInt(token.slice(3, 5), 16)) : toBytes(token.replaceAll("▁", " "));
  }
  throw new LabelscopeError({
    code: "tokenizer-unsupported",
    message: `this model's tokenizer is of kind "${model}"`,
    details: ["labelscope reads byte-level BPE (gpt2) and SentencePiece (llama, t5) vocabularies"],
    next: "use a model with one of these tokenizers",
  });
}
