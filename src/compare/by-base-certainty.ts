import {finiteMean, meanOf, type Samples, shareOf} from "../dynamics/measure.ts";
import {scoresOf} from "../estimate/label-distribution.ts";
import {largest} from "../math/extremes.ts";
import {klDivergenceNats} from "../math/kl-divergence.ts";
import type {CertaintyPart} from "../records/results/variants.ts";
import type {PairedStep} from "./paired-step.ts";

const PARTS = 3;

/**
 * What a quantisation changed where its base was unsure, in between, and sure: the paired steps in three parts of equal size
 * by the base's top probability, the least sure first.
 *
 * The base alone decides the part, so that a change of the variant cannot move a document. A part's mean regresses: where
 * the base is at its surest, noise can only lower the top probability. Equal probabilities may fall into two parts, in the
 * order of the documents. Fewer steps than parts give fewer parts.
 *
 * Source: Proskurina et al. 2024, arXiv 2405.00632
 */
export function byBaseCertainty(steps: readonly PairedStep[], samples: Samples, why: string): CertaintyPart[] {
  const top = ({base}: PairedStep) => largest(base.probabilities);
  const sorted = steps.toSorted((one, other) => top(one) - top(other) || one.row - other.row);
  const at = (part: number) => Math.round((part * sorted.length) / PARTS);
  return Array.from({length: PARTS}, (_, part) => sorted.slice(at(part), at(part + 1))).flatMap(some => {
    const [first, last] = [some[0], some.at(-1)];
    if (first === undefined || last === undefined) return [];
    const observed = (value: (one: PairedStep) => number) => some.map(one => ({row: one.row, value: value(one)}));
    const kl = ({base, variant}: PairedStep) => klDivergenceNats({p: scoresOf(variant), q: scoresOf(base)});
    return {
      from: top(first),
      to: top(last),
      n: some.length,
      topProbability: meanOf(
        samples,
        observed(one => largest(one.variant.probabilities) - top(one)),
        why,
      ),
      entropyBits: meanOf(
        samples,
        observed(({base, variant}) => variant.entropyBits - base.entropyBits),
        why,
      ),
      labelKlNats: finiteMean(samples, observed(kl), why),
      sameTopLabel: shareOf(
        samples,
        some.map(({row, base, variant}) => ({row, holds: base.top === variant.top})),
        why,
      ),
    };
  });
}
