import type {ReadSpec} from "../engine/engine.ts";
import type {Lane} from "../engine/lanes.ts";
import type {Bounds, Tree} from "../records/tree.ts";
import {type AllowedToken, AllowedTokens} from "./allowed-tokens.ts";
import {type AnswerState, START} from "./answer-grammar.ts";
import type {GreedySetup} from "./greedy.ts";

export interface TreeOptions {
  /** δ: stop when every label's interval is narrower. */
  readonly width: number;
  /** Stop after so many expansions. */
  readonly expansions: number;
  /** Paths evaluated in one batch. */
  readonly batch: number;
}

export const TREE_DEFAULTS: TreeOptions = {width: 0.01, expansions: 256, batch: 8};

/** Open paths with less than this share of the closed mass stay as they are. */
const NEGLIGIBLE = 1e-4;
const STORED_ANSWERS = 20;

/** A token path that well-formed answers start with, not evaluated yet. */
interface OpenPath {
  readonly tokens: readonly number[];
  readonly state: AnswerState;
  readonly mass: number;
}

/** The parts of a tree record that the capture knows. */
export type CapturedTree = Pick<
  Tree,
  "labels" | "wellFormedMass" | "answers" | "expansions" | "evaluatedTokens" | "stopped"
>;

/**
 * Captures the tree of well-formed answers of one document, best first.
 *
 * Every token path that spells a well-formed answer counts; the mass of all other tokens is malformed and left out.
 * Normalisation is global, over well-formed answers, not step by step.
 *
 * Source: METHODS §3, `marginal`
 */
export class LabelTree {
  readonly #setup: GreedySetup;
  readonly #allowed: AllowedTokens;
  readonly #options: TreeOptions;
  readonly #specs = new Map<readonly AllowedToken[], ReadSpec>();

  constructor(setup: GreedySetup, options: TreeOptions = TREE_DEFAULTS) {
    this.#setup = setup;
    this.#allowed = new AllowedTokens(setup.vocabulary, setup.grammar);
    this.#options = options;
  }

  /** @param prompt tokens of the prompt with the canonical opening */
  async capture(lane: Lane, prompt: readonly number[]): Promise<CapturedTree> {
    const {batch, expansions: budget, width} = this.#options;
    const closed = new Map<string, {readonly given: readonly number[]; mass: number}>();
    let open: OpenPath[] = [];
    let expansions = 1;
    const grow = (path: OpenPath, masses: readonly number[]) => {
      for (const [place, {token, completes, tail}] of this.#allowed.at(path.state).entries()) {
        const mass = path.mass * (masses[place] ?? 0);
        const given = completes.length === 0 ? path.state.given : [...path.state.given, ...completes];
        if (mass === 0) continue;
        if (tail !== undefined) {
          open.push({tokens: [...path.tokens, token], state: {given, tail}, mass});
          continue;
        }
        const known = closed.get(given.join(","));
        if (known === undefined) closed.set(given.join(","), {given, mass});
        else known.mass += mass;
      }
    };
    const root: OpenPath = {tokens: [], state: START, mass: 1};
    const [atRoot] = await lane.start(prompt, [{at: prompt.length - 1, spec: this.#spec(START)}]);
    if (atRoot === undefined) throw new RangeError("label tree: nothing was read after the prompt");
    grow(root, probabilities(atRoot.tokenLogits, atRoot.logSumExp));
    let stopped: CapturedTree["stopped"] = "exhausted";
    for (;;) {
      const found = this.#bounds(closed.values(), open);
      if (found.labels?.every(({lower, upper}) => upper - lower < width)) {
        stopped = "narrow";
        break;
      }
      if (expansions >= budget) {
        stopped = "budget";
        break;
      }
      open.sort((a, b) => b.mass - a.mass);
      const floor = NEGLIGIBLE * found.wellFormedMass.lower;
      const now = open.slice(0, Math.min(batch, budget - expansions)).filter(path => path.mass > floor);
      if (now.length === 0) break;
      open = open.slice(now.length);
      const readOuts = await lane.grow(
        now.map(({tokens, state}) => ({tokens, reads: [{at: tokens.length - 1, spec: this.#spec(state)}]})),
      );
      now.forEach((path, i) => {
        const read = readOuts[i]?.[0];
        if (read !== undefined) grow(path, probabilities(read.tokenLogits, read.logSumExp));
      });
      expansions += now.length;
    }
    const {labels, wellFormedMass} = this.#bounds(closed.values(), open);
    const answers = [...closed.values()]
      .sort((a, b) => b.mass - a.mass)
      .slice(0, STORED_ANSWERS)
      .map(({given, mass}) => ({labels: this.#names(given), mass}));
    const evaluatedTokens = lane.evaluatedTokens();
    return {...(labels === undefined ? {} : {labels}), wellFormedMass, answers, expansions, evaluatedTokens, stopped};
  }

  #names(given: readonly number[]): string[] {
    return given.filter(index => index !== this.#setup.grammar.noneIndex).map(index => this.#setup.labels[index] ?? "");
  }

  #spec(state: AnswerState): ReadSpec {
    const allowed = this.#allowed.at(state);
    const known = this.#specs.get(allowed);
    if (known !== undefined) return known;
    const spec = {tokens: allowed.map(({token}) => token), groups: [], top: 0};
    this.#specs.set(allowed, spec);
    return spec;
  }

  /**
   * q_l ∈ [N_l / (E + U_r), (N_l + U_l + U_r) / (E + U_l + U_r)]: E the closed mass, N_l its part that holds l, U_l the
   * open mass that holds l already, U_r the rest of the open mass.
   */
  #bounds(
    closed: Iterable<{readonly given: readonly number[]; readonly mass: number}>,
    open: readonly OpenPath[],
  ): {labels?: Bounds[]; wellFormedMass: Bounds} {
    const count = this.#setup.grammar.noneIndex ?? this.#setup.labels.length;
    const closedWith = new Float64Array(count);
    const openWith = new Float64Array(count);
    let [closedMass, openMass] = [0, 0];
    for (const {given, mass} of closed) {
      closedMass += mass;
      for (const label of given) if (label < count) closedWith[label] = (closedWith[label] ?? 0) + mass;
    }
    for (const {state, mass} of open) {
      openMass += mass;
      for (const label of state.given) if (label < count) openWith[label] = (openWith[label] ?? 0) + mass;
    }
    const wellFormedMass = {lower: Math.min(1, closedMass), upper: Math.min(1, closedMass + openMass)};
    if (closedMass === 0) return {wellFormedMass};
    const labels = Array.from({length: count}, (_, label) => {
      const [n, u] = [closedWith[label] ?? 0, openWith[label] ?? 0];
      const rest = openMass - u;
      return {
        lower: Math.min(1, n / (closedMass + rest)),
        upper: Math.min(1, (n + u + rest) / (closedMass + u + rest)),
      };
    });
    return {labels, wellFormedMass};
  }
}

function probabilities(logits: readonly number[], logSumExp: number): number[] {
  return logits.map(logit => Math.exp(logit - logSumExp));
}
