import type {ReadOut, ReadSpec} from "../engine/engine.ts";
import {startsWith} from "../engine/starts-with.ts";
import {isExact, type Value} from "../math/bounded.ts";
import {largest} from "../math/extremes.ts";
import {logSumExp} from "../math/softmax.ts";
import type {LabelTokens} from "./label-tokens.ts";
import type {TokenSets} from "./token-sets.ts";

export type LabelScoring = "first-token" | "exact";
export type VariantRule = "max" | "sum";

/** A path of label tokens to evaluate after a label step, and the read at each of its positions. */
export interface LabelPath {
  readonly tokens: readonly number[];
}

/** What a scorer needs of the read-out at a label step. */
export interface StepLogits {
  readonly logitOf: (token: number) => number;
  readonly logSumExp: number;
}

/** The label scores at one step, and what they say about the full vocabulary. */
export interface LabelScores {
  /** z, one a label; -Infinity for probability 0. */
  readonly scores: readonly number[];
  /** Full-vocabulary probability of the labels. */
  readonly labelMass: number;
}

/**
 * Turns read-outs at a label step into one score a label.
 *
 * `first-token`: z = raw logit of the label's first token in context. `exact`: z = ln P(label and then its terminator),
 * for which every label's tokens are evaluated after the step (`paths`). Over surface variants z is the largest, or the
 * logsumexp with `sum`.
 *
 * Source: METHODS §2
 */
export class LabelScorer {
  readonly mode: LabelScoring;
  /** Tokens whose logits must be read at the label step. */
  readonly firstTokens: readonly number[];
  /** What to evaluate after the step in exact mode: the label paths that are no prefix of another one. */
  readonly paths: readonly LabelPath[];
  /** What to read at every position of a path. */
  readonly pathSpec: ReadSpec;
  readonly #tokens: LabelTokens;
  readonly #rule: VariantRule;
  readonly #innerPlace: ReadonlyMap<number, number>;

  constructor(mode: LabelScoring, tokens: LabelTokens, sets: TokenSets, rule: VariantRule) {
    this.mode = mode;
    this.#tokens = tokens;
    this.#rule = rule;
    const all = tokens.paths.flat();
    this.firstTokens = [...new Set(all.map(path => path[0] ?? -1))];
    const inner = [...new Set(all.flatMap(path => path.slice(1)))];
    this.#innerPlace = new Map(inner.map((token, place) => [token, place]));
    this.pathSpec = {tokens: inner, groups: [sets.terminators], top: 0};
    const leaves = all.filter(
      (path, i) => !all.some((other, j) => j !== i && startsWith(other, path) && (other.length > path.length || j < i)),
    );
    this.paths = mode === "exact" ? leaves.map(path => ({tokens: path})) : [];
  }

  /** Whether a token starts a label. */
  startsLabel(token: number): boolean {
    return this.firstTokens.includes(token);
  }

  /**
   * @param atStep what was read at the label step: the logits of `firstTokens` and the full logsumexp
   * @param onPaths in exact mode, the read-outs at every position of each of `paths`
   */
  score(atStep: StepLogits, onPaths: readonly (readonly ReadOut[])[]): LabelScores {
    if (this.mode === "first-token") {
      const scores = this.#tokens.paths.map(variants => {
        const firsts = [...new Set(variants.map(path => path[0] ?? -1))];
        return this.#combine(firsts.map(token => atStep.logitOf(token)));
      });
      const all = logSumExp(this.firstTokens.map(token => atStep.logitOf(token)));
      return {scores, labelMass: Math.exp(all - atStep.logSumExp)};
    }
    const logProbs = this.#tokens.paths.map(variants => variants.map(path => this.#logProb(path, atStep, onPaths)));
    return {
      scores: logProbs.map(values => this.#combine(values)),
      labelMass: logProbs.flat().reduce((sum, value) => sum + Math.exp(value), 0),
    };
  }

  /** ln P(path, then a terminator), from the reads on the leaf path that contains it. */
  #logProb(path: readonly number[], atStep: StepLogits, onPaths: readonly (readonly ReadOut[])[]): number {
    const reads = onPaths[this.paths.findIndex(leaf => startsWith(leaf.tokens, path))] ?? [];
    return path.reduce(
      (sum, _token, place) => {
        const read = reads[place];
        const next = path[place + 1];
        if (read === undefined) return Number.NaN;
        const into =
          next === undefined ? exactly(read.groupLogSumExp[0]) : read.tokenLogits[this.#innerPlace.get(next) ?? -1];
        return sum + (into ?? Number.NaN) - read.logSumExp;
      },
      atStep.logitOf(path[0] ?? -1) - atStep.logSumExp,
    );
  }

  #combine(values: readonly number[]): number {
    return this.#rule === "sum" ? logSumExp(values) : largest(values);
  }
}

/** Label scores are exact: a set of terminators that an engine can only bound is refused while a run is planned. */
function exactly(value: Value | undefined): number | undefined {
  if (value === undefined || isExact(value)) return value;
  throw new RangeError("label scorer: the terminators' mass is bounded, not known");
}
