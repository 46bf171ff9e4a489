import {toBytes} from "../engine/vocabulary.ts";
import type {AnswerFormat} from "../prompt/format.ts";

/** An element of an answer list as it was written, without the format's lead. */
export interface Element {
  /** Bytes of the element; unfinished where `ended` is false. */
  readonly text: string;
  /** How many tokens of the answer come before the place where it starts; undefined where that lies inside a token. */
  readonly token: number | undefined;
  readonly ended: boolean;
  /** Whether its terminator begins a token, and which: the position at which the list closes or goes on. */
  readonly endToken: number | undefined;
}

type Phase = "opening" | "label" | "after" | "next" | "closed" | "broken";

const SPACE = /[ \t\r\n]/;

/**
 * Finds the label steps in whatever a model writes, token by token.
 *
 * More lenient than the grammar of well-formed answers, so that steps are found in answers that are slightly off: JSON
 * may have other white space between elements. Such answers are marked (`offFormat`), not dropped.
 */
export class AnswerReader {
  readonly #format: AnswerFormat;
  readonly #lead: string;
  readonly #emptyList: boolean;
  readonly #elements: Element[] = [];
  #phase: Phase;
  #text = "";
  #gap = "";
  #start: number | undefined = 0;
  #tokens = 0;
  #offFormat = false;

  /**
   * @param opening `given` where the prompt ends with the opening, `free` where the model writes it
   * @param emptyList whether a list that ends before its first element is read as an empty one
   */
  constructor(format: AnswerFormat, opening: "given" | "free", emptyList = false) {
    this.#format = format;
    this.#emptyList = emptyList;
    this.#lead = toBytes(format.lead);
    this.#phase = opening === "given" ? "label" : "opening";
  }

  /** Whether the next token stands at the very start of an element. */
  get atLabelStep(): boolean {
    return this.#phase === "label" && this.#text === "" && this.#start === this.#tokens;
  }

  /** Whether nothing that follows can be a label step. */
  get finished(): boolean {
    return this.#phase === "closed" || this.#phase === "broken";
  }

  get closed(): boolean {
    return this.#phase === "closed";
  }

  /** Whether the list was closed without an element, in a task where that is an answer. */
  get empty(): boolean {
    return this.#emptyList && this.closed && this.#elements.length === 0;
  }

  /** Whether something other than the format's own text stood between or after the elements. */
  get offFormat(): boolean {
    return this.#offFormat || this.#phase === "broken";
  }

  /** The elements so far, the unfinished one last. */
  get elements(): readonly Element[] {
    if (this.#phase !== "label" || this.#text === "") return this.#elements;
    return [...this.#elements, {text: this.#unlead(this.#text), token: this.#start, ended: false, endToken: undefined}];
  }

  /** Appends one token's bytes. */
  push(piece: string): void {
    const token = this.#tokens;
    Array.from(piece).forEach((character, offset) => {
      this.#read(character, token, offset === 0);
      if (this.#phase === "label" && this.#text === "") {
        this.#start = offset === piece.length - 1 ? token + 1 : undefined;
      }
    });
    this.#tokens++;
  }

  /** An end-of-generation token was chosen in place of more text. */
  end(): void {
    const complete = this.#format.endTokenCloses && this.#phase === "label" && this.#text !== "";
    if (complete) this.#finish(this.#tokens, "closed");
    else if (this.#format.endTokenCloses && this.#endsEmpty) this.#closeEmpty();
    else if (!this.finished) this.#phase = "broken";
  }

  #read(character: string, token: number, startsToken: boolean): void {
    if (this.#phase === "label") this.#readLabel(character, token, startsToken);
    else if (this.#phase === "after") this.#readAfter(character);
    else if (this.#phase === "next") this.#readNext(character);
    else if (this.#phase === "opening") this.#readOpening(character);
  }

  #readLabel(character: string, token: number, startsToken: boolean): void {
    const json = this.#format.name === "json";
    const endToken = startsToken ? token : undefined;
    if (json && character === '"') this.#finish(endToken, "after");
    else if (json && character === "\n") this.#phase = "broken";
    else if (!json && character === ",") this.#finish(endToken, "label");
    else if (!json && character === "\n" && this.#endsEmpty) this.#closeEmpty();
    else if (!json && character === "\n") this.#finish(endToken, "closed");
    else this.#text += character;
  }

  #readAfter(character: string): void {
    if (character === "]") this.#phase = "closed";
    else if (character === ",") {
      this.#gap = '",';
      this.#phase = "next";
    } else if (SPACE.test(character)) this.#offFormat = true;
    else this.#phase = "broken";
  }

  #readNext(character: string): void {
    this.#gap += character;
    if (character === '"') {
      if (this.#gap !== this.#format.separator) this.#offFormat = true;
      this.#phase = "label";
      this.#text = "";
    } else if (!SPACE.test(character)) this.#phase = "broken";
  }

  /** Waits for the format's opening; JSON needs only a bracket and a quote, so that other keys and spacing are read. */
  #readOpening(character: string): void {
    this.#gap += character;
    const json = this.#format.name === "json";
    const open = json ? /\[[ \t\r\n]*"$/.test(this.#gap) : this.#gap.endsWith(this.#format.opening);
    if (open) {
      if (this.#gap.trimStart() !== this.#format.opening) this.#offFormat = true;
      this.#phase = "label";
      this.#text = "";
    } else if (json && /\[[ \t\r\n]*\]$/.test(this.#gap)) this.#phase = "closed";
  }

  #finish(endToken: number | undefined, phase: Phase): void {
    if (!this.#text.startsWith(this.#lead)) this.#offFormat = true;
    this.#elements.push({text: this.#unlead(this.#text), token: this.#start, ended: true, endToken});
    this.#text = "";
    this.#gap = "";
    this.#phase = phase;
  }

  /** Whether the list has nothing in it so far, where that is an answer. */
  get #endsEmpty(): boolean {
    const nothing = this.#text === "" || this.#text === this.#lead;
    return this.#emptyList && this.#phase === "label" && this.#elements.length === 0 && nothing;
  }

  #closeEmpty(): void {
    if (this.#text !== "") this.#offFormat = true;
    this.#text = "";
    this.#phase = "closed";
  }

  #unlead(text: string): string {
    return text.startsWith(this.#lead) ? text.slice(this.#lead.length) : text;
  }
}
