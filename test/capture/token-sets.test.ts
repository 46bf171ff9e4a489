import {describe, expect, test} from "vitest";
import {tokenSets} from "../../src/capture/token-sets.ts";
import type {Vocabulary} from "../../src/engine/engine.ts";
import {answerFormats} from "../../src/prompt/format.ts";

const END = 0;
/** A small vocabulary; the place in the list is the token's id. Token 0 ends a generation, token 1 is a control token. */
const PIECES = [
  "",
  "",
  '"',
  '"]',
  '"]}',
  '",',
  '", "',
  '" ,',
  '"x',
  "]",
  "],",
  ",",
  ', "',
  ",x",
  " joy",
  "\n",
  "\n\n",
  " ,",
];
const vocabulary: Vocabulary = {
  size: PIECES.length,
  pieces: PIECES,
  specialTokens: new Map(),
  endTokens: new Set([END]),
};
const texts = (ids: readonly number[]) => ids.map(id => (id === END ? "<end>" : PIECES[id]));

describe("tokenSets, json", () => {
  const sets = tokenSets(vocabulary, answerFormats.json);

  test("a quote at the start of a token ends an element, whatever follows it", () => {
    expect(texts(sets.terminators)).toEqual(['"', '"]', '"]}', '",', '", "', '" ,', '"x']);
  });

  test("right after an element, a token closes or goes on by its own text; a quote alone decides nothing", () => {
    const [first] = sets.branches;
    expect(first?.written).toBe("");
    expect(texts(first?.close ?? [])).toEqual(['"]', '"]}']);
    expect(texts(first?.goOn ?? [])).toEqual(['",', '", "']);
  });

  test("after the quote, a bracket closes and a comma goes on", () => {
    const second = sets.branches[1];
    expect(second?.written).toBe('"');
    expect(texts(second?.close ?? [])).toEqual(["]", "],"]);
    expect(texts(second?.goOn ?? [])).toEqual([",", ', "']);
    expect(sets.branches).toHaveLength(2);
  });
});

describe("tokenSets, list", () => {
  const sets = tokenSets(vocabulary, answerFormats.list);

  test("a comma, a newline or an end token ends an element", () => {
    expect(texts(sets.terminators)).toEqual([",", ', "', ",x", "\n", "\n\n", "<end>"]);
  });

  test("a newline or an end token closes, a comma goes on, at one position", () => {
    expect(sets.branches).toHaveLength(1);
    expect(texts(sets.branches[0]?.close ?? [])).toEqual(["\n", "\n\n", "<end>"]);
    expect(texts(sets.branches[0]?.goOn ?? [])).toEqual([",", ', "', ",x"]);
  });
});
