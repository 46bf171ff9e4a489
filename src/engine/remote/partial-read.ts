import type {Value} from "../../math/bounded.ts";
import {logSumExp} from "../../math/softmax.ts";
import type {ReadOut, ReadSpec, TokenLogit} from "../engine.ts";
import {wrongAnswer} from "./answer.ts";

/** What a server told of one position: log-probabilities over the full vocabulary. */
export interface Told {
  /** The most probable tokens, descending: no token that is missing here is more probable than the last. At least one. */
  readonly top: readonly TokenLogit[];
  /** Other tokens, by id. */
  readonly named: ReadonlyMap<number, number>;
  readonly vocabularySize: number;
  /** How far a probability may be off for the server's rounding; the bounds are wider by it. */
  readonly slack: number;
}

/**
 * A read-out of what a server told, on the log-probability scale: exact where it follows from the tokens told, bounded where
 * it does not.
 *
 * With T the mass of the tokens told and p_N the last of the top ones, the entropy of the vocabulary lies between
 * −Σ p log2 p + (1−T) log2(1/p_N) and −Σ p log2 p + (1−T) log2((V−N)/(1−T)), and a group's mass between what was told of it
 * and that plus what its other tokens can have at most.
 *
 * Source: METHODS §2, exact or bounded
 *
 * @throws RangeError for a token of the spec that was not told: those are what a server must name
 */
export function readOutOf(told: Told, spec: ReadSpec): ReadOut {
  const {top, named, vocabularySize, slack} = told;
  const known = new Map([...named, ...top.map(({token, logit}) => [token, logit] as const)]);
  const [best] = top;
  if (best === undefined) throw new RangeError("a server told of no token");
  const mass = [...known.values()].reduce((sum, logProb) => sum + Math.exp(logProb), 0);
  const whole = known.size >= vocabularySize;
  refuseImpossible(told, known.size, mass);
  const rest = whole ? 0 : Math.min(1, Math.max(0, 1 - mass) + slack);
  const most = Math.exp(top.at(-1)?.logit ?? 0) + slack;
  return {
    logSumExp: 0,
    vocabEntropyBits: entropy([...known.values()], {
      mass,
      rest,
      most,
      whole,
      slack,
      unseen: vocabularySize - known.size,
    }),
    argmax: best,
    tokenLogits: spec.tokens.map(token => {
      const logProb = known.get(token);
      if (logProb === undefined) throw new RangeError(`a server did not tell of token ${token}`);
      return logProb;
    }),
    groupLogSumExp: spec.groups.map(group => groupValue([...new Set(group)], known, {rest, most})),
    top: top.slice(0, spec.top),
  };
}

/** How far the mass of what was told may be off for rounding. */
const OFF = 0.01;

/**
 * Numbers that no distribution has are a server's fault, and are told as such before anything is stored.
 *
 * @throws `server-answer` for a token that stands twice among the best, for more mass than there is, and for less than the
 *   tokens that were not told can make up
 */
function refuseImpossible({top, vocabularySize}: Told, known: number, mass: number): void {
  if (new Set(top.map(({token}) => token)).size < top.length)
    throw wrongAnswer("a token stands twice among the best ones");
  if (mass > 1 + OFF) throw wrongAnswer(`the probabilities of ${known} tokens sum to ${mass.toFixed(2)}`);
  const least = Math.exp(top.at(-1)?.logit ?? 0);
  const most = mass + Math.max(0, vocabularySize - known) * least;
  if (most < 1 - OFF)
    throw wrongAnswer(`the probabilities of all ${vocabularySize} tokens can sum to ${most.toFixed(2)} at most`);
}

function groupValue(
  group: readonly number[],
  known: ReadonlyMap<number, number>,
  {rest, most}: {readonly rest: number; readonly most: number},
): Value {
  const told = group.flatMap(token => known.get(token) ?? []);
  const seen = told.length === 0 ? Number.NEGATIVE_INFINITY : logSumExp(told);
  const unseen = group.length - told.length;
  if (unseen === 0) return seen;
  return [seen, Math.min(0, Math.log(Math.exp(seen) + Math.min(rest, unseen * most)))];
}

function entropy(
  logProbs: readonly number[],
  about: {
    readonly mass: number;
    readonly rest: number;
    readonly most: number;
    readonly whole: boolean;
    readonly slack: number;
    readonly unseen: number;
  },
): Value {
  const {mass, rest, most, whole, slack, unseen} = about;
  const seen = -logProbs.reduce((sum, logProb) => sum + plogp(logProb), 0) / Math.LN2;
  if (whole) return seen;
  // What is told is rounded: each p log2 p moves by at most slack · |log2 p + 1/ln 2|, over all of them by no more than this.
  const rounding = 32 * slack;
  const least = Math.max(0, 1 - mass - slack);
  const lower = Math.max(0, seen + least * Math.log2(1 / Math.min(1, most)) - rounding);
  // x log2(n/x) rises up to x = n/e: what is left need not be all of it.
  const left = Math.min(rest, unseen / Math.E);
  const upper = seen + (left === 0 ? 0 : left * Math.log2(unseen / left)) + rounding;
  return [lower, Math.max(lower, Math.min(upper, Math.log2(logProbs.length + unseen)))];
}

function plogp(logProb: number): number {
  return logProb === Number.NEGATIVE_INFINITY ? 0 : Math.exp(logProb) * logProb;
}
