import {counted} from "../../counted.ts";
import type {Results} from "../../records/results/results.ts";
import type {Sentence, VerdictRow} from "../../records/results/verdict.ts";
import {namesText, num, sentence} from "./words.ts";

/** Limits as the warnings have them; see docs/compare.md. */
const LIMITS = {labelMass: 0.5, oneAnswer: 0.8, wellFormed: 0.8, documents: 30};
/** Warnings of a comparison or a run that a sentence repeats in short: their words are among the warnings. */
const SAID: readonly (readonly [code: string, words: (names: string) => string])[] = [
  [
    "different-prompts",
    () => "The prompts differ between runs: a difference between models is also one between prompts.",
  ],
  ["different-decoding", () => "The runs' answers were not made in the same way."],
  ["demonstrations-leak", names => `Documents of ${names} stand among its own demonstrations.`],
  ["labels-collide", names => `Labels of ${names} share a first token, and first-token scores cannot tell them apart.`],
  [
    "argmax-is-no-label",
    names => `Often the best token of ${names} starts no label: the distribution is not what it would say.`,
  ],
  ["interrupted", names => `${names} is not finished: the same command continues.`],
  ["aggregated", () => "Annotations are aggregated: NLL and L1 are not those of a task with annotators."],
];

/** Where not to trust the numbers, and that nothing was found where nothing was. */
export function trustSentences(
  rows: readonly VerdictRow[],
  {warnings, task}: Pick<Results, "warnings" | "task">,
): Sentence[] {
  const found = [
    ...extreme(
      rows,
      "label-mass",
      value => value < LIMITS.labelMass,
      (names, value) =>
        `Distrust distributions of ${names}: the labels hold ${num(value, 2)} of the probability, or less.`,
      Math.max,
    ),
    ...extreme(
      rows,
      "one-answer",
      value => value > LIMITS.oneAnswer,
      (names, value) =>
        `Answers of ${names} mostly ignore the document: one answer has ${num(100 * value, 0)} % of the documents, or more.`,
      Math.min,
    ),
    ...extreme(
      rows,
      "well-formed",
      value => value < LIMITS.wellFormed,
      (names, value) => `Answers of ${names} are often malformed: ${num(100 * value, 0)} % are well-formed, or fewer.`,
      Math.max,
    ),
    ...(task.documents < LIMITS.documents
      ? [sentence("trust", `There are only ${counted(task.documents, "document")}: intervals are wide, or absent.`)]
      : []),
    ...SAID.flatMap(([code, words]) => {
      const own = warnings.filter(warning => warning.code === code);
      if (own.length === 0) return [];
      const names = own.flatMap(({run}) => run ?? []);
      return [sentence("trust", words(namesText(names)), own[0]?.text)];
    }),
  ];
  if (found.length > 0) return found;
  return [
    sentence("trust", "Nothing speaks against these numbers: label mass, answers and demonstrations are in order."),
  ];
}

/** Runs whose number is beyond a limit, with the number that all of them are at or beyond. */
function extreme(
  rows: readonly VerdictRow[],
  column: string,
  isBeyond: (value: number) => boolean,
  words: (names: string, value: number) => string,
  mildest: (...values: number[]) => number,
): Sentence[] {
  const beyond = rows.flatMap(({run, cells}) => {
    const value = cells[column]?.value;
    return value !== undefined && isBeyond(value) ? [{run, value}] : [];
  });
  if (beyond.length === 0) return [];
  const value = mildest(...beyond.map(one => one.value));
  const each = beyond.map(one => `${one.run} ${num(one.value, 2)}`).join(", ");
  return [sentence("trust", words(namesText(beyond.map(({run}) => run)), value), each)];
}
