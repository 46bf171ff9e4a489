import {counted} from "../../counted.ts";
import type {Sentence, Verdict, VerdictRow} from "../../records/results/verdict.ts";
import {differs} from "./standings.ts";
import {answerText, evidence, evidenceOf, num, pText, sentence} from "./words.ts";

/** What the sentences about the best run are made of. */
export type WhichInput = Pick<Verdict, "rows" | "constantAnswer" | "documentsNeeded">;

/** Which run is best, by how much, and whether that is sure: the first three sentences; then how far it is from the annotators. */
export function whichSentences(verdict: WhichInput, level: number): Sentence[] {
  const ranked = verdict.rows.filter(({rank}) => rank !== undefined);
  const [first, second] = ranked;
  if (first === undefined)
    return [sentence("which", "Nothing can be said about answers: none could be held against annotations.")];
  const said = ranked.every(({standing}) => standing === "no-better-than-constant")
    ? noneBeatsAConstant(ranked, first, verdict, level)
    : second === undefined
      ? alone(first, level)
      : bestOfSeveral(first, second, ranked, verdict, level);
  return [...said, ...people(first, level)];
}

function noneBeatsAConstant(
  ranked: readonly VerdictRow[],
  first: VerdictRow,
  {constantAnswer, documentsNeeded}: WhichInput,
  level: number,
): Sentence[] {
  const value = constantAnswer?.exampleF1.value;
  const answer = constantAnswer === undefined ? "" : ` (“${answerText(constantAnswer.labels)}”)`;
  const {constant} = first;
  const difference = constant?.difference.value ?? 0;
  const gap = `${first.run}, the best of them, stands ${num(Math.abs(difference))} ${difference < 0 ? "below" : "above"} it.`;
  return [
    sentence(
      "which",
      ranked.length === 1
        ? `${first.run} is not shown to answer better than a constant.`
        : `None of the ${ranked.length} runs is shown to answer better than a constant.`,
      value === undefined ? undefined : `the best constant answer${answer} has an example-F1 of ${num(value)}`,
    ),
    sentence("which", gap, constant === undefined ? undefined : evidenceOf(constant, level)),
    documentsNeeded === undefined ? sentence("which", settledText(constant)) : unsettled(documentsNeeded),
  ];
}

/** No number of documents would settle it: there are too few for an interval, the interval leaves 0 out, or it is settled. */
function settledText(constant: VerdictRow["constant"]): string {
  const {lower} = constant?.difference ?? {};
  if (constant !== undefined && lower === undefined)
    return "That is not sure: there are too few documents for an interval.";
  return sureText(
    constant?.pHolm,
    lower !== undefined && lower > 0 ? "That is not sure." : "More documents of this kind would not change that.",
  );
}

function sureText(p: number | undefined, otherwise: string): string {
  return p === undefined ? otherwise : `${otherwise.replace(/\.$/, "")}: ${pText(p)} after correction.`;
}

function unsettled(documents: number): Sentence {
  const few = documents <= 100_000;
  const needed = few ? `about ${groups(documents)} documents` : "more than 100 000 documents";
  return sentence("which", `That is not sure: it would take ${needed} to settle it, if the difference stays.`);
}

function groups(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, "\u202f");
}

function alone(first: VerdictRow, level: number): Sentence[] {
  const value = first.cells.answers;
  const {constant} = first;
  return [
    sentence(
      "which",
      `${first.run} answers with an example-F1 of ${num(value?.value ?? 0)}.`,
      value === undefined ? undefined : evidence(value, level),
    ),
    ...(constant === undefined
      ? []
      : [
          sentence(
            "which",
            `That is ${num(constant.difference.value ?? 0)} better than the best constant answer.`,
            evidenceOf(constant, level),
          ),
          sentence("which", `That is sure: ${pText(constant.pHolm ?? 0)} after correction.`),
        ]),
  ];
}

function bestOfSeveral(
  first: VerdictRow,
  second: VerdictRow,
  ranked: readonly VerdictRow[],
  {documentsNeeded}: WhichInput,
  level: number,
): Sentence[] {
  const value = first.cells.answers;
  const isSure = second.best !== undefined && differs(second.best, 1 - level);
  const lead = Math.abs(second.best?.difference.value ?? 0);
  const f1 = num(value?.value ?? 0);
  const worse = ranked.filter(
    ({standing, best}) => standing === "worse" || (best !== undefined && differs(best, 1 - level)),
  );
  const alike = ranked.length - worse.length;
  const [nearest] = worse;
  return [
    sentence(
      "which",
      isSure
        ? `${first.run} answers best, with an example-F1 of ${f1}.`
        : `No run is best for sure: ${first.run} leads with an example-F1 of ${f1}.`,
      value === undefined ? undefined : evidence(value, level),
    ),
    sentence(
      "which",
      lead === 0 ? `${second.run} does exactly as well.` : `${second.run}, the next, is ${num(lead)} behind.`,
      second.best === undefined ? undefined : evidenceOf(second.best, level),
    ),
    isSure
      ? sentence("which", `That is sure: ${pText(second.best?.pHolm ?? 0)} after correction for all tests.`)
      : documentsNeeded === undefined
        ? sentence("which", sureText(second.best?.pHolm, "That is not sure."))
        : unsettled(documentsNeeded),
    ...(isSure || nearest === undefined
      ? []
      : [
          sentence(
            "which",
            `${counted(alike, "run")} cannot be told apart; ${nearest.run} is worse than ${first.run}.`,
            nearest.best === undefined ? undefined : evidenceOf(nearest.best, level),
          ),
        ]),
  ];
}

function people(first: VerdictRow, level: number): Sentence[] {
  const gap = first.people?.difference.value;
  if (first.people === undefined || gap === undefined) return [];
  const side = gap < 0 ? "below" : "above";
  return [
    sentence(
      "which",
      `Held against half of the annotators, ${first.run} stands ${num(Math.abs(gap))} ${side} the other half.`,
      evidenceOf(first.people, level),
    ),
  ];
}
