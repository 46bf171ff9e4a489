import {describe, expect, test} from "vitest";
import {collisions, type LabelTokens, sameTokens, tokenizeLabels} from "../../src/capture/label-tokens.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";
import {startsWith} from "../../src/engine/starts-with.ts";
import {answerFormats} from "../../src/prompt/format.ts";

const {json, list} = answerFormats;
const label = (name: string, ...variants: string[]) => ({name, variants: [name, ...variants]});
const FIRST = 258; // the first token after 256 bytes, the end and the beginning

describe("tokenizeLabels", () => {
  test("a label gets the tokens that it adds to its context", () => {
    const model = scriptedModel({tokens: ["joy", "fe", "ar"]});
    const {tokens, merged} = tokenizeLabels(model, '{"label": ["', json, [
      label("joy"),
      label("fear", "joyar"),
      label("up"),
    ]);
    expect(tokens).toEqual({
      names: ["joy", "fear", "up"],
      paths: [
        [[FIRST]],
        [
          [FIRST + 1, FIRST + 2],
          [FIRST, FIRST + 2],
        ],
        [[117, 112]],
      ],
    });
    expect(merged).toEqual([]);
  });

  test("a list's leading space belongs to the label", () => {
    const model = scriptedModel({tokens: [" joy", "joy"]});
    expect(tokenizeLabels(model, "Labels:", list, [label("joy")]).tokens.paths).toEqual([[[FIRST]]]);
  });

  test("a merge across the seam is reported, and the label keeps the tokens of its own text", () => {
    const model = scriptedModel({tokens: ["joy", '"joy', "fear"]});
    const {tokens, merged} = tokenizeLabels(model, '{"label": ["', json, [label("joy"), label("fear")]);
    expect(merged).toEqual(["joy"]);
    expect(tokens.paths).toEqual([[[FIRST]], [[FIRST + 2]]]);
  });

  test("the same labels may have other tokens in another context", () => {
    const model = scriptedModel({tokens: ["joy", ":joy"]});
    const one = tokenizeLabels(model, "a", json, [label("joy")]).tokens;
    const other = tokenizeLabels(model, "b", json, [label("joy")]).tokens;
    expect(sameTokens(one, other)).toBe(true);
    expect(sameTokens(one, {...other, paths: [[[7]]]})).toBe(false);
  });
});

describe("collisions", () => {
  const of = (paths: Record<string, number[][]>): LabelTokens => ({
    names: Object.keys(paths),
    paths: Object.values(paths),
  });

  test("labels with different first tokens do not collide", () => {
    expect(collisions(of({joy: [[1]], fear: [[2, 1]], sad: [[3, 2]]}))).toEqual([]);
  });

  test("a shared first token collides, and so does a token prefix, each under its name", () => {
    expect(collisions(of({sexist: [[5, 6]], sexual: [[5, 7]], sex: [[5]], joy: [[1]]}))).toEqual([
      {labels: ["sexist", "sexual"], kind: "first-token"},
      {labels: ["sexist", "sex"], kind: "prefix"},
      {labels: ["sexual", "sex"], kind: "prefix"},
    ]);
  });

  test("one label's own variants do not collide, two labels' variants do", () => {
    expect(collisions(of({joy: [[1], [1, 2]], fear: [[3]]}))).toEqual([]);
    expect(collisions(of({joy: [[1], [2, 4]], fear: [[3], [2, 5]]}))).toEqual([
      {labels: ["joy", "fear"], kind: "first-token"},
    ]);
  });

  test("a sequence starts with itself and with nothing, and not with a longer one", () => {
    expect([
      startsWith([1, 2], [1, 2]),
      startsWith([1, 2], []),
      startsWith([1], [1, 2]),
      startsWith([1, 2], [2]),
    ]).toEqual([true, true, false, false]);
  });
});
