import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {fromBytes, readVocabulary, toBytes} from "../../src/engine/vocabulary.ts";
import {codeOf} from "../support/code-of.ts";

const facts = {endTokens: new Set([0]), bosToken: 1};

describe("toBytes and fromBytes", () => {
  test("are each other's inverse on any text", () => {
    const property = fc.property(fc.string({unit: "grapheme"}), text => fromBytes(toBytes(text)) === text);
    expect(fc.check(property).counterexample).toBeNull();
  });

  test("one character stands for one byte, and half a character shows as U+FFFD", () => {
    expect(toBytes("é")).toBe("\u00c3\u00a9");
    expect(fromBytes("\u00c3")).toBe("\ufffd");
  });
});

describe("readVocabulary", () => {
  test("writes byte-level tokens as their bytes, the space and the newline among them", () => {
    const {pieces} = readVocabulary({model: "gpt2", tokens: ["Ġjoy", "Ċ", "Ã", "Ã©", "\u0120\u0120", "a!"]}, facts);
    expect(pieces).toEqual([" joy", "\n", "\u00c3", "\u00c3\u00a9", "  ", "a!"]);
  });

  test("every byte has one character in the byte-level table", () => {
    const byte = (code: number) => {
      const printable = (code >= 33 && code <= 126) || (code >= 161 && code <= 172) || (code >= 174 && code <= 255);
      return printable ? code : undefined;
    };
    const moved = Array.from({length: 256}, (_, code) => code).filter(code => byte(code) === undefined);
    const tokens = Array.from({length: 256}, (_, code) => String.fromCharCode(byte(code) ?? 256 + moved.indexOf(code)));
    const {pieces} = readVocabulary({model: "gpt2", tokens}, facts);
    expect(pieces).toEqual(Array.from({length: 256}, (_, code) => String.fromCharCode(code)));
  });

  test("writes SentencePiece tokens with spaces, and byte tokens as their byte", () => {
    const ggml = {model: "llama", tokens: ["▁joy", "<0x0A>", "<0xC3>", "é"], token_type: [1, 6, 6, 1]};
    expect(readVocabulary(ggml, facts).pieces).toEqual([" joy", "\n", "\u00c3", "\u00c3\u00a9"]);
  });

  test("control tokens write nothing, user-defined ones their text; both are special", () => {
    const ggml = {model: "gpt2", tokens: ["<|end|>", "<think é>", "joy"], token_type: [3, 4, 1]};
    const vocabulary = readVocabulary(ggml, facts);
    expect(vocabulary.pieces).toEqual(["", toBytes("<think é>"), "joy"]);
    expect([...vocabulary.specialTokens]).toEqual([
      ["<|end|>", 0],
      ["<think é>", 1],
    ]);
    expect(vocabulary).toMatchObject({size: 3, endTokens: new Set([0]), bosToken: 1});
  });

  test("another kind of tokeniser is refused by name", async () => {
    expect(await codeOf(() => readVocabulary({model: "rwkv", tokens: ["a"]}, facts))).toBe("tokenizer-unsupported");
    expect(() => readVocabulary({model: "rwkv", tokens: ["a"]}, facts)).toThrow('"rwkv"');
  });

  test("metadata without tokens is refused", () => {
    expect(() => readVocabulary({model: "gpt2", tokens: []}, facts)).toThrow();
    expect(() => readVocabulary(undefined, facts)).toThrow();
  });
});
