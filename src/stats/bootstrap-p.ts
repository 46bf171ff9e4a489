import {sampleStandardDeviation} from "simple-statistics";
import {normalCdf} from "../math/normal.ts";
import type {Draws} from "./draws.ts";

/** How far below the smallest p of the replicates alone the normal tail may go. */
const REACH = 20;

/** A p-value, or why there is none. */
export type PValue =
  | {readonly given: true; readonly p: number; readonly resamples: number}
  | {readonly given: false; readonly reason: string};

/**
 * Two-sided p-value of "the statistic is 0", from bootstrap draws of a difference.
 *
 * Twice the smaller share of replicates on one side of 0, a replicate at 0 counting on both sides, with one added above
 * and below so that it is never 0; at most 1. It is the level at which the percentile interval just touches 0. For a
 * system against itself every replicate is 0 and p is 1.
 *
 * The paired permutation test is the better test where there are few documents: this one leans on the replicates'
 * tails.
 *
 * Source: Davison & Hinkley 1997, §4.4; Efron & Tibshirani 1993, §16.4
 */
export function bootstrapP(draws: Draws): PValue {
  const known = draws.replicates.filter(value => value !== undefined);
  if (draws.estimate === undefined || known.length === 0) return {given: false, reason: "no difference to test"};
  const notAbove = known.filter(value => value <= 0).length;
  const notBelow = known.filter(value => value >= 0).length;
  const p = (2 * (Math.min(notAbove, notBelow) + 1)) / (known.length + 1);
  return {given: true, p: Math.min(1, p), resamples: known.length};
}

/**
 * `bootstrapP` that can tell small p-values apart: where no replicate lies on the other side of 0, the tail beyond the
 * replicates is taken from a normal distribution with their spread.
 *
 * 2 000 replicates alone cannot give less than 0.001, which no correction for a table of a hundred tests leaves below
 * 0.05, however large the difference. The normal tail only ever makes that smallest value smaller, and by a factor of 20 at
 * most: how far a tail reaches beyond what was drawn is a guess, and a poor one for ratios and bins. (Of a difference of two
 * ECE that the normal tail alone put at 3e-27, 11 of 400 000 resamples lay on the other side of 0.)
 *
 * Source: Efron & Tibshirani 1993, §16.4 and §12 (the normal interval)
 */
export function bootstrapTailP(draws: Draws): PValue {
  const plain = bootstrapP(draws);
  const known = draws.replicates.filter(value => value !== undefined);
  const {estimate} = draws;
  if (!plain.given || estimate === undefined || known.length < 2) return plain;
  const oneSided = known.every(value => value > 0) || known.every(value => value < 0);
  const spread = oneSided ? sampleStandardDeviation(known) : 0;
  if (spread === 0) return plain;
  const tail = 2 * normalCdf(-Math.abs(estimate) / spread);
  return {...plain, p: Math.min(plain.p, Math.max(tail, plain.p / REACH))};
}
