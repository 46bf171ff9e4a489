import type {ReadOut, ReadSpec, TokenLogit, Vocabulary} from "../engine/engine.ts";
import {mapValue, type Value} from "../math/bounded.ts";
import {type AllowedToken, AllowedTokens} from "./allowed-tokens.ts";
import type {AnswerGrammar, AnswerState} from "./answer-grammar.ts";
import type {BranchSet, TokenSets} from "./token-sets.ts";

/** Full-vocabulary probabilities that the list closes or goes on at a position. */
export interface BranchMass {
  readonly close: Value;
  readonly goOn: Value;
}

export interface ReadSpecsOptions {
  readonly vocabulary: Vocabulary;
  readonly grammar: AnswerGrammar;
  readonly sets: TokenSets;
  /** First tokens of all labels in all contexts. */
  readonly labelTokens: readonly number[];
  readonly topTokens: number;
  readonly fullLogits: boolean;
  readonly decode: "free" | "constrained";
}

/**
 * What to read at each position of an answer, and how to find it again in a read-out. Every position carries the
 * labels' first tokens and the sets that close the list or go on with it; constrained decoding adds the tokens that
 * well-formed answers may have there. A spec is made once for each state of the answer, since engines prepare it.
 */
export class ReadSpecs {
  readonly #options: ReadSpecsOptions;
  readonly #place: ReadonlyMap<number, number>;
  readonly #plain: ReadSpec;
  readonly #tokens: AllowedTokens;
  readonly #forcing = new Map<number, ReadSpec>();
  readonly #constrained = new Map<
    readonly AllowedToken[],
    {readonly spec: ReadSpec; readonly allowed: readonly number[]}
  >();

  constructor(options: ReadSpecsOptions) {
    this.#options = options;
    this.#tokens = new AllowedTokens(options.vocabulary, options.grammar);
    const tokens = [...new Set(options.labelTokens)];
    this.#place = new Map(tokens.map((token, place) => [token, place]));
    const groups = options.sets.branches.flatMap(({close, goOn}) => [close, goOn]);
    this.#plain = {tokens, groups, top: options.topTokens, logits: options.fullLogits};
  }

  /** @param state where a well-formed answer stands; undefined where it is not well-formed (any more) */
  at(state: AnswerState | undefined): ReadSpec {
    return state === undefined || this.#options.decode === "free" ? this.#plain : this.#allowed(state).spec;
  }

  /** What to read where the answer goes on with a token that is given. */
  forcing(token: number): ReadSpec {
    const known = this.#forcing.get(token);
    if (known !== undefined) return known;
    const spec = {...this.#plain, tokens: [...this.#plain.tokens, token]};
    this.#forcing.set(token, spec);
    return spec;
  }

  /** The logit of the token that a `forcing` spec was made for. */
  forcedLogit(readOut: ReadOut): number {
    return readOut.tokenLogits[this.#place.size] ?? Number.NaN;
  }

  logitOf(readOut: ReadOut, token: number): number {
    return readOut.tokenLogits[this.#place.get(token) ?? -1] ?? Number.NaN;
  }

  /** Probabilities of closing and going on after `written` (a `BranchSet`'s); undefined where `written` decides already. */
  branch(readOut: ReadOut, written: string): BranchMass | undefined {
    const index = this.#options.sets.branches.findIndex(branch => branch.written === written);
    const set: BranchSet | undefined = this.#options.sets.branches[index];
    if (set === undefined) return undefined;
    const mass = (group: number) =>
      mapValue(readOut.groupLogSumExp[group] ?? Number.NaN, weight => Math.exp(weight - readOut.logSumExp));
    return {close: mass(2 * index), goOn: mass(2 * index + 1)};
  }

  /** The most probable token with which the answer stays well-formed; the lowest id where several tie. */
  bestAllowed(state: AnswerState, readOut: ReadOut): TokenLogit {
    const {allowed} = this.#allowed(state);
    const logits = readOut.tokenLogits.slice(this.#place.size);
    let best: TokenLogit | undefined;
    allowed.forEach((token, place) => {
      const logit = logits[place] ?? Number.NEGATIVE_INFINITY;
      if (best === undefined || logit > best.logit) best = {token, logit};
    });
    if (best === undefined) throw new RangeError(`no token continues a well-formed answer after "${state.tail}"`);
    return best;
  }

  #allowed(state: AnswerState): {readonly spec: ReadSpec; readonly allowed: readonly number[]} {
    const tokens = this.#tokens.at(state);
    const known = this.#constrained.get(tokens);
    if (known !== undefined) return known;
    const allowed = tokens.map(({token}) => token);
    const made = {spec: {...this.#plain, tokens: [...this.#plain.tokens, ...allowed]}, allowed};
    this.#constrained.set(tokens, made);
    return made;
  }
}
