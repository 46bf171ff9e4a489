import type {Model} from "../engine/engine.ts";
import type {ChatTemplate} from "../prompt/chat/chat-template.ts";
import {OWN, Text} from "../prompt/jinja/text.ts";
import type {RenderedPrompt} from "../prompt/plan.ts";
import {markupTokens, plainTokens} from "./plain-tokens.ts";

/** A prompt as text: what a template's special tokens surround is data and is never parsed for special tokens. */
export interface PromptText {
  /** The whole text, as it is shown. */
  readonly text: string;
  /** In order; `special` parts are the template's own special tokens. */
  readonly parts: readonly PromptPart[];
}

export interface PromptPart {
  readonly text: string;
  readonly special: boolean;
}

/** Turns a rendered prompt into text for one model, with or without the canonical opening. */
export type PromptWriter = (rendered: RenderedPrompt, opening: "given" | "free") => PromptText;

/** How a prompt is sent: as it is, or through the model's chat template. */
export interface Chat {
  readonly template: ChatTemplate;
  /** Demonstrations as turns; otherwise everything in one user turn. */
  readonly turns: boolean;
  /**
   * What is written after the template's generation prompt: nothing, or where the model is to think the opening of a
   * thought, and before the answer's opening its end.
   */
  readonly after: {readonly free: string; readonly given: string};
}

/** How prompts are written for a model: raw, or by its chat template, after which the answer's opening stands. */
export function promptWriter(model: Model, chat?: Chat): PromptWriter {
  if (chat === undefined) {
    return ({body, opening}, mode) => {
      const text = mode === "given" ? body + opening : body;
      return {text, parts: [{text, special: false}]};
    };
  }
  const special = [...markupTokens(model.vocabulary).keys()].sort((a, b) => b.length - a.length);
  return ({conversation, opening}, mode) => {
    const data = mode === "given" ? opening : "";
    const rendered = chat.template.render(conversation, chat.turns);
    const whole = rendered.concat(new Text(chat.after[mode])).concat(new Text(data, "\u0001".repeat(data.length)));
    return {text: whole.text, parts: cut(whole, special)};
  };
}

/** Cuts a text at the special tokens that the template itself wrote, the longest first where several begin at one place. */
export function cut({text, marks}: Text, special: readonly string[]): PromptPart[] {
  const present = special.filter(token => text.includes(token));
  const parts: PromptPart[] = [];
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const token = marks[at] === OWN ? present.find(one => isOwn(text, marks, one, at)) : undefined;
    if (token === undefined) {
      at++;
      continue;
    }
    parts.push({text: text.slice(from, at), special: false}, {text: token, special: true});
    at += token.length;
    from = at;
  }
  return [...parts, {text: text.slice(from), special: false}].filter(part => part.text !== "");
}

function isOwn(text: string, marks: string, token: string, at: number): boolean {
  return text.startsWith(token, at) && marks.startsWith(OWN.repeat(token.length), at);
}

/**
 * The token ids of a prompt: BOS where the model's metadata asks for it (and a template has not written it), special
 * parts as their own ids, and the text between them tokenised whole.
 */
export function promptTokens(model: Model, prompt: PromptText): number[] {
  const {bosToken, specialTokens} = model.vocabulary;
  const tokens = prompt.parts.flatMap(({text, special}) => {
    const id = special ? specialTokens.get(text) : undefined;
    return id === undefined ? plainTokens(model, text) : [id];
  });
  return bosToken === undefined || tokens[0] === bosToken ? tokens : [bosToken, ...tokens];
}

/** The plain text at the end of a prompt, in which what follows it is tokenised. */
export function lastPlain({parts}: PromptText): string {
  const last = parts.at(-1);
  return last === undefined || last.special ? "" : last.text;
}
