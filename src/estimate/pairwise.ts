import {bradleyTerry, type Comparison} from "../math/bradley-terry.ts";
import {sigmoid} from "../math/sigmoid.ts";
import type {Pair} from "../records/questions.ts";
import {binaryMass, massRemarks} from "./answer-mass.ts";
import {type DocumentRecords, type Estimate, type RunLabels, withoutNone} from "./estimator.ts";

/** Two shares that differ by less are a tie: what is left is rounding. */
const TIE = 1e-12;
/** Digits of a strength below this are those of the search. */
const SEARCH_END = 1e-9;

/**
 * The share of the first label of a pair among the two answers, averaged over the two presentation orders.
 *
 * @returns undefined where the two answers both have probability 0 in one of the orders
 */
export function pairShare({asked}: Pick<Pair, "asked">): number | undefined {
  const share = asked.reduce((sum, {first, second}) => sum + first / (first + second) / asked.length, 0);
  return Number.isNaN(share) ? undefined : Math.min(1, share);
}

/** Who wins: 1 for the first label, 0 for the second, ½ for a tie. */
export function pairOutcome(share: number): number {
  if (Math.abs(share - 0.5) <= TIE) return 0.5;
  return share > 0.5 ? 1 : 0;
}

/**
 * Each label against the null label by their strengths, which all pairs of labels together decide.
 *
 * @param read what counts of a pair: its share itself, or who wins; undefined where its answers have probability 0
 * @throws RangeError where the record does not hold each unordered pair once
 * Source: METHODS §3, `binary`
 */
export function pairwise(run: RunLabels, records: DocumentRecords, read: (pair: Pair) => number | undefined): Estimate {
  if (run.noneLabel === null) return {reason: "the task has no null label to measure strengths from"};
  if (records.binary === undefined) return {reason: "no question about pairs of labels was captured"};
  const {pairs} = records.binary;
  requireEachOnce(pairs, run.labels.length);
  const comparisons = pairs.flatMap((pair): Comparison[] => {
    const p = read(pair);
    return p === undefined ? [] : [{first: pair.first, second: pair.second, p}];
  });
  if (comparisons.length < pairs.length) return {reason: "both answers about a pair have probability 0"};
  const strengths = tied(bradleyTerry(run.labels.length, comparisons), comparisons);
  const none = strengths[run.labels.indexOf(run.noneLabel)];
  if (none === undefined) throw new RangeError(`the null label "${run.noneLabel}" is none of the labels`);
  const values = withoutNone(run, strengths).map(strength => sigmoid(strength - none));
  return {values, ...massRemarks(binaryMass(records.binary))};
}

/**
 * Strengths with the ties that rounding broke.
 *
 * Where everyone meets everyone once, the minimum's gradient Σ_j σ(s_i − s_j) + 2λ·s_i equals the wins of i: players with as
 * many wins are exactly as strong, and documents with the same wins have the same strengths. From outcomes that is frequent,
 * also with the null label. An estimate of exactly ½ counts as predicted, and a ranking of documents has ties: the last bits
 * of the search, which ends at a gradient norm of 1e-9, must decide neither.
 */
function tied(strengths: readonly number[], comparisons: readonly Comparison[]): number[] {
  const wins = strengths.map((_, player) =>
    comparisons.reduce((sum, {first, second, p}) => sum + (first === player ? p : second === player ? 1 - p : 0), 0),
  );
  return strengths.map((_, player) => {
    const group = strengths.filter((_strength, other) => wins[other] === wins[player]);
    const mean = group.reduce((sum, strength) => sum + strength, 0) / group.length;
    return Math.round(mean / SEARCH_END) * SEARCH_END;
  });
}

function requireEachOnce(pairs: readonly Pick<Pair, "first" | "second">[], labels: number): void {
  const expected = (labels * (labels - 1)) / 2;
  const distinct = new Set(
    pairs.filter(({first, second}) => first < second && second < labels).map(({first, second}) => `${first},${second}`),
  );
  if (pairs.length !== expected || distinct.size !== expected) {
    throw new RangeError(
      `${pairs.length} pairs, ${distinct.size} of them distinct, of ${labels} labels: not ${expected}`,
    );
  }
}
