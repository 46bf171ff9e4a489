import {toBytes} from "../engine/vocabulary.ts";
import type {AnswerFormat} from "../prompt/format.ts";

/**
 * How far a well-formed answer has come: the labels already closed off, and the text since the last place where a label
 * could start (`lead` included). All text is bytes (one latin-1 character a byte), since tokens may cut characters.
 */
export interface AnswerState {
  /** Indices into the grammar's labels, in the order given. */
  readonly given: readonly number[];
  readonly tail: string;
}

/** What a piece of text does to an answer: it goes on, it closes the list, or it leaves the well-formed answers. */
export type Advance =
  | {readonly kind: "open"; readonly state: AnswerState}
  | {readonly kind: "closed"; readonly given: readonly number[]}
  | {readonly kind: "malformed"};

export const START: AnswerState = {given: [], tail: ""};

/**
 * The well-formed answers of a task as an automaton over text: lists of distinct labels in any order, or the null label
 * alone, in the format, up to where the list closes. What follows the closing is free, so `"]` and `"]}` both close.
 *
 * @param labels every way to write each label; `labels[i]` are the surface variants of label i
 * @param none the ways to write the null label, which gets the index `labels.length`; absent where the task has none
 * Source: METHODS §3, `marginal`
 */
export class AnswerGrammar {
  readonly format: AnswerFormat;
  readonly noneIndex: number | undefined;
  readonly #written: readonly (readonly string[])[];
  readonly #lead: string;
  readonly #separator: string;
  readonly #closeEvent: string;

  constructor(format: AnswerFormat, labels: readonly (readonly string[])[], none?: readonly string[]) {
    this.format = format;
    this.#lead = toBytes(format.lead);
    this.#separator = toBytes(format.separator);
    this.#closeEvent = toBytes(format.closeEvent);
    this.noneIndex = none === undefined ? undefined : labels.length;
    this.#written = [...labels, ...(none === undefined ? [] : [none])].map(variants => variants.map(toBytes));
  }

  /** The label, null label included, that is written exactly so (without the lead); undefined for other text. */
  labelOf(text: string): number | undefined {
    const index = this.#written.findIndex(variants => variants.includes(text));
    return index < 0 ? undefined : index;
  }

  /** The answer after `text` is appended to it. */
  advance(state: AnswerState, text: string): Advance {
    const whole = state.tail + text;
    for (const [index, variants] of this.#written.entries()) {
      if (!this.#mayGive(state, index)) continue;
      for (const variant of variants) {
        const written = this.#lead + variant;
        const closing = written + this.#closeEvent;
        if (whole.startsWith(closing)) return {kind: "closed", given: [...state.given, index]};
        if (this.#mayGoOn(state, index)) {
          const going = written + this.#separator;
          if (whole.startsWith(going)) {
            return this.advance({given: [...state.given, index], tail: ""}, whole.slice(going.length));
          }
          if (going.startsWith(whole)) return {kind: "open", state: {given: state.given, tail: whole}};
        }
        if (closing.startsWith(whole)) return {kind: "open", state: {given: state.given, tail: whole}};
      }
    }
    return {kind: "malformed"};
  }

  /** The answer after an end-of-generation token: closed where the format lets it close and a label just ended. */
  end(state: AnswerState): Advance {
    const index = this.labelOf(state.tail.slice(this.#lead.length));
    const whole = state.tail.startsWith(this.#lead) && index !== undefined && this.#mayGive(state, index);
    if (!this.format.endTokenCloses || !whole) return {kind: "malformed"};
    return {kind: "closed", given: [...state.given, index]};
  }

  #mayGive(state: AnswerState, index: number): boolean {
    if (index === this.noneIndex) return state.given.length === 0;
    return !state.given.includes(index);
  }

  #mayGoOn(state: AnswerState, index: number): boolean {
    const labels = this.noneIndex ?? this.#written.length;
    return index !== this.noneIndex && state.given.length + 1 < labels;
  }
}
