import {fromBytes} from "../engine/vocabulary.ts";
import type {Answer, Problem} from "../records/trace.ts";
import type {AnswerReader} from "./answer-reader.ts";
import type {GreedySetup, Position} from "./greedy.ts";

/** What a finished (or abandoned) answer says, and everything that keeps it from being well-formed. */
export function describeAnswer(
  setup: Pick<GreedySetup, "vocabulary" | "grammar" | "labels">,
  reader: AnswerReader,
  positions: readonly Position[],
  forced: boolean,
): Answer {
  const tokens = positions.map(position => position.token);
  const {elements} = reader;
  const indices = elements.filter(element => element.ended).map(element => setup.grammar.labelOf(element.text));
  const named = indices.flatMap(index => (index === undefined ? [] : [index]));
  const isNone = (index: number) => index === setup.grammar.noneIndex;
  const problems = new Set<Problem>();
  if (!reader.closed) problems.add("not-closed");
  if (reader.offFormat) problems.add("format");
  if (forced && elements.length === 0 && !reader.empty) problems.add("no-label-step");
  if (indices.includes(undefined)) problems.add("other-text");
  if (new Set(named).size < named.length) problems.add("repeat");
  if (named.some(isNone) && indices.length > 1) problems.add("none-and-labels");
  if (elements.some(element => element.token === undefined)) problems.add("straddled");
  const distinct = [...new Set(named)].filter(index => !isNone(index));
  // A step inside a token cannot be read, but what was written is a well-formed answer all the same.
  const malformed = [...problems].filter(problem => problem !== "straddled");
  return {
    tokens,
    text: fromBytes(tokens.map(token => setup.vocabulary.pieces[token] ?? "").join("")),
    wellFormed: malformed.length === 0,
    problems: [...problems],
    labels: distinct.flatMap(index => setup.labels[index] ?? []),
  };
}
