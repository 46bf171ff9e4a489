import type {Hidden} from "../../records/hidden.ts";
import type {Assessment, Binary, Unary} from "../../records/questions.ts";
import type {Bounds, Tree} from "../../records/tree.ts";
import {
  type Damage,
  firstOf,
  labelsWithoutNone,
  type Meaning,
  TOLERANCE,
  unknownLabel,
  wrongLength,
} from "./meaning.ts";
import {annotationMeaning} from "./trace.ts";

/** A label tree: bounds in order, one a label; answers of known labels that hold no more than all of the probability. */
export const treeMeaning: Meaning<Tree> = ({answers, labels, wellFormedMass}, manifest) => {
  const known = labelsWithoutNone(manifest);
  const mass = answers.reduce((total, answer) => total + answer.mass, 0);
  if (mass > 1 + TOLERANCE) return {field: "answers", problem: `their masses sum to ${mass}`};
  return (
    crossed("wellFormedMass", wellFormedMass) ??
    (labels === undefined ? undefined : wrongLength("labels", labels.length, known.length)) ??
    firstOf(labels ?? [], (bounds, i) => crossed(`labels[${i}]`, bounds)) ??
    firstOf(answers, (answer, i) => unknownLabel(`answers[${i}].labels`, answer.labels, known))
  );
};

function crossed(field: string, {lower, upper}: Bounds): Damage | undefined {
  return lower <= upper + TOLERANCE ? undefined : {field, problem: `${lower} is above ${upper}`};
}

/** One answer a label; the two answers hold no more than all of the probability. */
export const unaryMeaning: Meaning<Unary> = ({labels}, manifest) =>
  wrongLength("labels", labels.length, labelsWithoutNone(manifest).length) ??
  firstOf(labels, (one, i) => {
    const sum = ({reasonable, unreasonable}: Pick<Assessment, "reasonable" | "unreasonable">) =>
      reasonable + unreasonable;
    return (
      tooMuch(`labels[${i}]`, sum(one)) ??
      (one.firstToken === undefined ? undefined : tooMuch(`labels[${i}].firstToken`, sum(one.firstToken)))
    );
  });

/** Every pair of labels once, in order. */
export const binaryMeaning: Meaning<Binary> = ({pairs}, {labels}) => {
  const wanted = labels.flatMap((_, first) => labels.slice(first + 1).map((_, i) => [first, first + 1 + i]));
  if (pairs.length !== wanted.length)
    return {field: "pairs", problem: `${pairs.length} pairs where ${labels.length} labels have ${wanted.length}`};
  return firstOf(pairs, ({first, second, asked}, i) => {
    const [one, other] = wanted[i] ?? [];
    if (first !== one || second !== other)
      return {field: `pairs[${i}]`, problem: `labels ${first} and ${second} stand in the place of ${one} and ${other}`};
    return firstOf(asked, ({firstToken, ...answer}, j) => {
      const at = `pairs[${i}].asked[${j}]`;
      return (
        tooMuch(at, answer.first + answer.second) ??
        (firstToken === undefined ? undefined : tooMuch(`${at}.firstToken`, firstToken.first + firstToken.second))
      );
    });
  });
};

function tooMuch(field: string, sum: number): Damage | undefined {
  return sum <= 1 + TOLERANCE ? undefined : {field, problem: `its probabilities sum to ${sum}`};
}

/** A document's row in a matrix: of the document that it names, with the row's checksum. */
export const vectorMeaning: Meaning<Hidden> = ({document, id, rowSum, schema}, manifest) => {
  if (document.id !== id) return {field: "id", problem: `"${id}" is not the document's, "${document.id}"`};
  if (schema >= 2 && rowSum === undefined) return {field: "rowSum", problem: "it is missing"};
  return annotationMeaning(document, labelsWithoutNone(manifest));
};
