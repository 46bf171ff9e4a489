import {describe, expect, test} from "vitest";
import {AnswerGrammar, START} from "../../src/capture/answer-grammar.ts";
import {ReadSpecs} from "../../src/capture/read-specs.ts";
import {tokenSets} from "../../src/capture/token-sets.ts";
import {reduceLogits} from "../../src/engine/reduce.ts";
import {scriptedModel} from "../../src/engine/scripted.ts";
import {answerFormats} from "../../src/prompt/format.ts";

const {vocabulary} = scriptedModel({tokens: ["joy", "fear", "none", '"]', '"]}', '",', '", "']});
const idOf = (text: string) => vocabulary.pieces.indexOf(text);
const format = answerFormats.json;
const grammar = new AnswerGrammar(format, [["joy"], ["fear"]], ["none"]);
const options = {
  vocabulary,
  grammar,
  sets: tokenSets(vocabulary, format),
  labelTokens: [idOf("joy"), idOf("fear"), idOf("none"), idOf("joy")],
  topTokens: 4,
  fullLogits: false,
};
const free = new ReadSpecs({...options, decode: "free"});
const constrained = new ReadSpecs({...options, decode: "constrained"});

/** A read-out under this spec of logits that are -5 but for those named. */
function readOut(spec: Parameters<typeof reduceLogits>[1], named: Record<string, number>) {
  const logits = new Float32Array(vocabulary.size).fill(-5);
  for (const [text, logit] of Object.entries(named)) logits[idOf(text)] = logit;
  return reduceLogits(logits, spec);
}

describe("ReadSpecs", () => {
  test("is one and the same object for one state, since engines prepare it", () => {
    expect(free.at(START)).toBe(free.at(undefined));
    const state = {given: [0], tail: "f"};
    expect(constrained.at({given: [0], tail: "f"})).toBe(constrained.at(state));
    expect(constrained.at({given: [1], tail: "f"})).not.toBe(constrained.at(state));
    expect(constrained.at(undefined)).not.toBe(constrained.at(START));
  });

  test("finds the logit of a given token behind those of the labels, whichever token it is", () => {
    const logits = {joy: 3, fear: 2, none: 1, '",': 0.5};
    for (const [text, logit] of Object.entries(logits)) {
      expect(free.forcedLogit(readOut(free.forcing(idOf(text)), logits))).toBe(logit);
    }
  });

  test("reads each label token once and finds its logit again", () => {
    const seen = readOut(free.at(undefined), {joy: 3, fear: 2});
    expect(free.at(undefined).tokens).toEqual([idOf("joy"), idOf("fear"), idOf("none")]);
    expect(["joy", "fear", "none"].map(text => free.logitOf(seen, idOf(text)))).toEqual([3, 2, -5]);
    expect(free.logitOf(seen, idOf('"]'))).toBeNaN();
  });

  test("gives the masses of closing and going on as sums over the full vocabulary", () => {
    const logits = {'"]': 2, '"]}': 1, '",': 0.5, '", "': 3, joy: 4};
    const seen = readOut(free.at(undefined), logits);
    const total =
      Object.values(logits).reduce((sum, logit) => sum + Math.exp(logit), 0) + (vocabulary.size - 5) * Math.exp(-5);
    const {close, goOn} = free.branch(seen, "") ?? {};
    expect(close).toBeCloseTo((Math.exp(2) + Math.exp(1)) / total, 12);
    expect(goOn).toBeCloseTo((Math.exp(0.5) + Math.exp(3)) / total, 12);
    expect(free.branch(seen, '"]')).toBeUndefined();
  });

  test("the best allowed token is one with which the answer stays well-formed", () => {
    const spec = constrained.at(START);
    const seen = readOut(spec, {'"]': 9, f: 1, fear: 2, joy: 1.5});
    expect(constrained.bestAllowed(START, seen)).toEqual({token: idOf("fear"), logit: 2});
  });

  test("of tied tokens the lowest id is allowed, and none is after a label", () => {
    const state = {given: [0], tail: ""};
    const seen = readOut(constrained.at(state), {joy: 9, none: 9, n: 9, fear: 1, f: 1});
    expect(constrained.bestAllowed(state, seen)).toEqual({token: idOf("f"), logit: 1});
  });

  test("where no token goes on, that is said", () => {
    const state = {given: [], tail: "zzz"};
    expect(() => constrained.bestAllowed(state, readOut(constrained.at(state), {}))).toThrow("zzz");
  });
});
