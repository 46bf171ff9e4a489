import {fromBytes} from "../engine/vocabulary.ts";
import {addScaled, isExact, mapValue, shareOfBoth, type Value} from "../math/bounded.ts";
import {entropyBits} from "../math/entropy.ts";
import {softmax} from "../math/softmax.ts";
import type {LabelStep} from "../records/trace.ts";
import type {AnswerReader, Element} from "./answer-reader.ts";
import type {GreedySetup, Position, RawStep} from "./greedy.ts";

/**
 * The record of one label step: its scores as a distribution, and what the answer did there.
 *
 * `r` is the place of its element in the answer, so that a step that lies inside a token (and could not be read) is
 * counted, too.
 *
 * @param reader the whole answer: its element that starts at this step says what was emitted
 */
export function describeStep(
  setup: Pick<GreedySetup, "labels" | "grammar" | "specs" | "vocabulary">,
  {step, r, forced}: {readonly step: RawStep; readonly r: number; readonly forced: boolean},
  reader: AnswerReader,
  positions: readonly Position[],
): LabelStep {
  const {elements} = reader;
  const probabilities = softmax(step.scores);
  const ranked = probabilities.map((p, index) => ({p, index})).sort((a, b) => b.p - a.p || a.index - b.index);
  const [best, next] = ranked;
  const nameOf = (index: number | undefined) => setup.labels[index ?? -1] ?? "";
  const place = forced ? -1 : elements.findIndex(element => element.token === step.answerTokens);
  const element = elements[place];
  const later = elements.length > place + 1;
  const branch = element === undefined ? undefined : branchAt(setup, element, positions);
  return {
    r: place < 0 ? r : place + 1,
    answerTokens: step.answerTokens,
    kind: element?.ended && later ? "intermediate" : element?.ended && reader.closed ? "last" : "cut",
    ...(forced ? {forced} : {}),
    scores: step.scores.map(score => (Number.isFinite(score) ? score : null)),
    probabilities,
    entropyBits: entropyBits(probabilities),
    ...(step.readOut.vocabEntropyBits === undefined
      ? {}
      : {vocabEntropyBits: stored(mapValue(step.readOut.vocabEntropyBits, bits => Math.max(0, bits)))}),
    logSumExp: step.readOut.logSumExp,
    labelMass: Math.min(1, step.labelMass),
    argmaxIsLabel: step.argmaxIsLabel,
    top: nameOf(best?.index),
    second: nameOf(next?.index),
    topToSecond: best !== undefined && next !== undefined && next.p > 0 ? best.p / next.p : null,
    emitted: emittedAt(setup, elements, place),
    ...(branch === undefined ? {} : {branch}),
    topTokens: step.readOut.top.map(({token, logit}) => ({
      token,
      text: fromBytes(setup.vocabulary.pieces[token] ?? ""),
      logit,
    })),
  };
}

function emittedAt(
  setup: Pick<GreedySetup, "labels" | "grammar">,
  elements: readonly Element[],
  place: number,
): LabelStep["emitted"] {
  const element = elements[place];
  const text = fromBytes(element?.text ?? "");
  const index = element?.ended ? setup.grammar.labelOf(element.text) : undefined;
  if (index === undefined || element === undefined) return {text, kind: "other"};
  const label = setup.labels[index] ?? text;
  const before = elements.slice(0, place).some(earlier => setup.grammar.labelOf(earlier.text) === index);
  const kind = before ? "repeat" : index === setup.grammar.noneIndex ? "none" : "label";
  return {text, kind, label};
}

/**
 * The stop probability where an element ends: the masses of closing and of going on, over the tokens that the answer
 * really took while nothing was decided.
 */
function branchAt(
  setup: Pick<GreedySetup, "specs" | "vocabulary">,
  element: Element,
  positions: readonly Position[],
): LabelStep["branch"] {
  if (element.endToken === undefined) return undefined;
  let close: Value = 0;
  let goOn: Value = 0;
  let reached = 1;
  let written = "";
  for (const {readOut, token, logit} of positions.slice(element.endToken)) {
    const mass = setup.specs.branch(readOut, written);
    if (mass === undefined) break;
    close = addScaled(close, reached, mass.close);
    goOn = addScaled(goOn, reached, mass.goOn);
    reached *= Math.exp(logit - readOut.logSumExp);
    const piece = setup.vocabulary.pieces[token] ?? "";
    if (piece === "") break;
    written += piece;
  }
  const stop = shareOfBoth(close, goOn);
  if (stop === undefined) return undefined;
  const atMostOne = (mass: Value) => stored(mapValue(mass, one => Math.min(1, one)));
  return {close: atMostOne(close), goOn: atMostOne(goOn), stop: stored(stop)};
}

/** A value as a record holds it. */
export function stored(value: Value): number | [number, number] {
  return isExact(value) ? value : [value[0], value[1]];
}
