import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {AllowedTokens} from "../../src/capture/allowed-tokens.ts";
import {AnswerGrammar, type AnswerState, START} from "../../src/capture/answer-grammar.ts";
import {PiecesIndex} from "../../src/capture/pieces-index.ts";
import {answerFormats} from "../../src/prompt/format.ts";

const WORDS = [["joy", "Joy"], ["joyful"], ["é"], ['a", "b'], ["a"]];
/** Pieces that are cut out of answers, at any place, and some of other text. */
const piece = fc
  .tuple(fc.constantFrom(' joy, joyful, é\n a, b"]', 'joy", "joyful"]}', '", "a", "b"]', "xyz"), fc.nat(20), fc.nat(6))
  .map(([text, start, length]) => Buffer.from(text.slice(start, start + length), "utf8").toString("latin1"));

describe.each(["json", "list"] as const)("AllowedTokens, %s", format => {
  const grammar = new AnswerGrammar(answerFormats[format], WORDS, ["none"]);

  test("are the tokens that leave the answer well-formed, as trying every one finds them", () => {
    fc.assert(
      fc.property(
        fc.array(piece, {minLength: 1, maxLength: 40}),
        fc.array(fc.nat(39), {maxLength: 6}),
        (pieces, path) => {
          const endTokens = new Set([0]);
          let state: AnswerState = START;
          for (const place of path) {
            const next = grammar.advance(state, pieces[place] ?? "");
            if (next.kind === "open") state = next.state;
          }
          const expected = pieces.flatMap((text, token) => {
            if (!endTokens.has(token) && text === "") return [];
            const next = endTokens.has(token) ? grammar.end(state) : grammar.advance(state, text);
            if (next.kind === "malformed") return [];
            const open = next.kind === "open";
            const given = open ? next.state.given : next.given;
            return [{token, completes: given.slice(state.given.length), tail: open ? next.state.tail : undefined}];
          });
          const vocabulary = {size: pieces.length, pieces, endTokens, specialTokens: new Map()};
          expect(new AllowedTokens(vocabulary, grammar).at(state)).toEqual(expected);
        },
      ),
      {numRuns: 500},
    );
  });
});

test("PiecesIndex asks about no longer text once its beginning has decided, and about each beginning once", () => {
  const asked: string[] = [];
  const pieces = ["ab", "a", "", "abc", "b", "bcd", "ab", "é"];
  const found = PiecesIndex.of(pieces).matching(text => {
    asked.push(text);
    return text === "b" ? "yes" : text === "é" ? "no" : "maybe";
  });
  expect(found).toEqual([0, 1, 3, 4, 5, 6]);
  expect(asked).toEqual(["a", "ab", "abc", "b", "é"]);
});
