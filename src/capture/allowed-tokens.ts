import type {Vocabulary} from "../engine/engine.ts";
import type {Advance, AnswerGrammar, AnswerState} from "./answer-grammar.ts";
import {PiecesIndex, type Verdict} from "./pieces-index.ts";

/** A text that has left the well-formed answers does not come back, and what follows the closing is free. */
const VERDICTS = {malformed: "no", open: "maybe", closed: "yes"} as const satisfies Record<Advance["kind"], Verdict>;

/** A token with which an answer stays well-formed, and what it adds. */
export interface AllowedToken {
  readonly token: number;
  /** Labels that the token completes. */
  readonly completes: readonly number[];
  /** The text since the last place where a label could start; undefined where the token closes the list. */
  readonly tail: string | undefined;
}

/** The tokens that well-formed answers may have in a state, by their text; looked up once a state. */
export class AllowedTokens {
  readonly #vocabulary: Vocabulary;
  readonly #grammar: AnswerGrammar;
  readonly #known = new Map<string, readonly AllowedToken[]>();

  constructor(vocabulary: Vocabulary, grammar: AnswerGrammar) {
    this.#vocabulary = vocabulary;
    this.#grammar = grammar;
  }

  /** In ascending order of token ids. The order in which labels were given makes no difference. */
  at(state: AnswerState): readonly AllowedToken[] {
    const key = JSON.stringify([[...state.given].sort((a, b) => a - b), state.tail]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const {pieces, endTokens} = this.#vocabulary;
    const written = PiecesIndex.of(pieces)
      .matching(text => VERDICTS[this.#grammar.advance(state, text).kind])
      .filter(token => !endTokens.has(token));
    const allowed = [...written, ...endTokens]
      .sort((a, b) => a - b)
      .flatMap(token => {
        const next = this.#advance(state, token);
        if (next.kind === "malformed") return [];
        const given = next.kind === "open" ? next.state.given : next.given;
        const tail = next.kind === "open" ? next.state.tail : undefined;
        return [{token, completes: given.slice(state.given.length), tail}];
      });
    this.#known.set(key, allowed);
    return allowed;
  }

  #advance(state: AnswerState, token: number): Advance {
    if (this.#vocabulary.endTokens.has(token)) return this.#grammar.end(state);
    return this.#grammar.advance(state, this.#vocabulary.pieces[token] ?? "");
  }
}
