import type {Pair} from "../records/questions.ts";
import type {DocumentRecords, Estimate, RunLabels} from "./estimator.ts";
import {pairwise} from "./pairwise.ts";
import {NO_FIRST_TOKENS} from "./unary-shares.ts";

/**
 * Strengths from lettered questions asked in one order: what `binary@paper` and `binary-outcome@paper` share.
 *
 * Of the two captured orders the one that presents the label first that stands first in the run's labels counts, the null
 * label last; the probabilities are those of the letters' tokens, whatever follows.
 *
 * @param read what counts of a pair, from the probabilities of the letters a and b
 */
export function pairwisePaper(
  run: RunLabels,
  {binary, ...records}: DocumentRecords,
  read: (a: number, b: number) => number,
): Estimate {
  if (binary !== undefined && binary.answers !== "letters") return {reason: NOT_LETTERED};
  if (binary?.pairs.some(({asked}) => asked[0].firstToken === undefined)) return {reason: NO_FIRST_TOKENS};
  return pairwise(run, {...records, binary: binary && {...binary, pairs: binary.pairs.map(inOneOrder)}}, ({asked}) => {
    const [{first: a, second: b}] = asked;
    return a + b > 0 ? read(a, b) : undefined;
  });
}

/** The pair as if it had been asked once, its letters alone. */
function inOneOrder({first, second, asked: [one]}: Pair): Pair {
  const {first: a, second: b} = one.firstToken ?? one;
  return {
    first,
    second,
    asked: [
      {first: a, second: b},
      {first: a, second: b},
    ],
  };
}

const NOT_LETTERED =
  "the options were not lettered: write answers: letters under prompt.binary in the task file, and capture again";
