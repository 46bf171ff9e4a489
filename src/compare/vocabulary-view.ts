import {klDivergenceNats} from "../math/kl-divergence.ts";
import type {LabelStep} from "../records/trace.ts";
import type {PairedStep} from "./paired-step.ts";
import {commonTokens, klLowerBoundNats} from "./vocabulary-kl.ts";

/** Reads the full logits of a label step: a row of the run's logits file. `undefined` where there is none. */
export type LogitsReader = (row: number, sum?: string) => Float32Array | undefined;

interface Sides<T> {
  readonly base: T;
  readonly variant: T;
}

/** What the full vocabulary says of one paired step. */
export interface VocabularyStep {
  readonly row: number;
  /** KL(variant‖base) and KL(base‖variant), or lower bounds of them. */
  readonly klNats: number;
  readonly reversedKlNats: number;
  /** p(variant) − p(base) of the token of the base's answer; `undefined` where a side did not record it. */
  readonly probabilityChange: number | undefined;
}

/** What can be said of the full vocabulary of two runs. */
export interface VocabularyView {
  /** `exact` from stored logits of every step; else the `lower` bound of the tokens that both sides recorded. */
  readonly bound: "exact" | "lower";
  /** Why nothing can be said: the vocabularies differ. Then there are no steps. */
  readonly reason?: string;
  readonly steps: readonly VocabularyStep[];
}

/**
 * The full-vocabulary side of paired steps: exact where both runs stored the logits of all of them, else a lower bound of
 * each, so that a mean is never half of one and half of the other. Each row is read once.
 *
 * @param tokenizers hashes; where they differ, a token id does not mean the same on the two sides
 */
export function vocabularyView(
  steps: readonly PairedStep[],
  tokenizers: Sides<string>,
  readers: Sides<LogitsReader | undefined>,
): VocabularyView {
  if (tokenizers.base !== tokenizers.variant) {
    return {bound: "lower", reason: "the two models have different vocabularies", steps: []};
  }
  const exact = steps.length === 0 ? undefined : fromLogits(steps, readers);
  return exact === undefined ? {bound: "lower", steps: steps.map(fromTopTokens)} : {bound: "exact", steps: exact};
}

/** `undefined` as soon as a step has no logits on one of the sides. */
function fromLogits(
  steps: readonly PairedStep[],
  readers: Sides<LogitsReader | undefined>,
): VocabularyStep[] | undefined {
  const found: VocabularyStep[] = [];
  for (const {row, base, variant, token} of steps) {
    const [p, q] = [readRow(readers.variant, variant), readRow(readers.base, base)];
    if (p === undefined || q === undefined || p.length !== q.length) return undefined;
    const logits = token === undefined ? undefined : {base: q[token], variant: p[token]};
    found.push({
      row,
      klNats: klDivergenceNats({p, q}),
      reversedKlNats: klDivergenceNats({p: q, q: p}),
      probabilityChange: probabilityChange({base, variant}, {base: logits?.base, variant: logits?.variant}),
    });
  }
  return found;
}

function fromTopTokens({row, base, variant, token}: PairedStep): VocabularyStep {
  const common = commonTokens({base, variant});
  const logitOf = (step: LabelStep) => step.topTokens.find(one => one.token === token)?.logit;
  return {
    row,
    klNats: klLowerBoundNats({p: common.variant, q: common.base}),
    reversedKlNats: klLowerBoundNats({p: common.base, q: common.variant}),
    probabilityChange: probabilityChange({base, variant}, {base: logitOf(base), variant: logitOf(variant)}),
  };
}

function readRow(reader: LogitsReader | undefined, step: LabelStep): Float32Array | undefined {
  return step.logitsRow === undefined ? undefined : reader?.(step.logitsRow, step.logitsSum);
}

function probabilityChange(steps: Sides<LabelStep>, logits: Sides<number | undefined>): number | undefined {
  if (logits.base === undefined || logits.variant === undefined) return undefined;
  return Math.exp(logits.variant - steps.variant.logSumExp) - Math.exp(logits.base - steps.base.logSumExp);
}
