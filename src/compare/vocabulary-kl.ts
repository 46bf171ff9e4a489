import {klDivergenceNats} from "../math/kl-divergence.ts";
import type {LabelStep} from "../records/trace.ts";

/** A tokens' log-probabilities on both sides of a pair. */
export interface CommonTokens {
  readonly base: readonly number[];
  readonly variant: readonly number[];
}

/** What a rest below this is made of is rounding. */
const ROUNDING = 1e-9;

/** Log-probabilities of the tokens that both steps recorded among their top ones. The vocabularies must be the same. */
export function commonTokens(pair: {readonly base: LabelStep; readonly variant: LabelStep}): CommonTokens {
  const {base, variant} = pair;
  const own = new Map(variant.topTokens.map(({token, logit}) => [token, logit - variant.logSumExp]));
  const both = base.topTokens.flatMap(({token, logit}) => {
    const there = own.get(token);
    return there === undefined ? [] : [{base: logit - base.logSumExp, variant: there}];
  });
  return {base: both.map(one => one.base), variant: both.map(one => one.variant)};
}

/**
 * A lower bound of the full-vocabulary KL(p‖q), in nats, from some tokens of both: those tokens one by one, and everything
 * else as one bin.
 *
 * Merging outcomes never raises a KL divergence, so the full one is at least this. With no common token it is 0. A rest
 * that is only rounding on either side is merged with the least probable token, which keeps it a bound.
 *
 * Source: METHODS §5; the log-sum inequality (Cover & Thomas 2006, Theorem 2.7.1)
 */
export function klLowerBoundNats({p, q}: {readonly p: readonly number[]; readonly q: readonly number[]}): number {
  const bins = p
    .map((logP, index) => ({p: Math.exp(logP), q: Math.exp(q[index] ?? Number.NEGATIVE_INFINITY)}))
    .sort((one, other) => other.q - one.q);
  const rest = bins.reduce((left, bin) => ({p: left.p - bin.p, q: left.q - bin.q}), {p: 1, q: 1});
  const least = bins.at(-1);
  if (least === undefined) return 0;
  if (rest.p > ROUNDING && rest.q > ROUNDING) bins.push(rest);
  else bins.splice(-1, 1, {p: least.p + Math.max(0, rest.p), q: least.q + Math.max(0, rest.q)});
  return klDivergenceNats({p: bins.map(bin => Math.log(bin.p)), q: bins.map(bin => Math.log(bin.q))});
}
