import {Template} from "@huggingface/jinja";
import type {Model} from "../engine/engine.ts";
import {LabelscopeError} from "../errors.ts";
import type {RenderedPrompt} from "../prompt/plan.ts";

/** A prompt as text: what a template's special tokens surround is data and is never parsed for special tokens. */
export interface PromptText {
  /** The whole text, as it is shown. */
  readonly text: string;
  /** In order; `special` parts are the template's own control tokens. */
  readonly parts: readonly PromptPart[];
}

export interface PromptPart {
  readonly text: string;
  readonly special: boolean;
}

/** Turns a rendered prompt into text for one model, with or without the canonical opening. */
export type PromptWriter = (rendered: RenderedPrompt, opening: "given" | "free") => PromptText;

const SENTINEL = "\u0001document\u0001";

/**
 * How prompts are written for a model: raw, or (`chat: "auto"`) as the one user message of the model's own Jinja
 * template, where it has one; the opening then starts the assistant's turn.
 *
 * @throws chat-template-failed where the template cannot be rendered
 */
export function promptWriter(
  model: Model,
  chat: "raw" | "auto",
): {readonly write: PromptWriter; readonly templated: boolean} {
  if (chat === "raw" || model.chatTemplate === undefined) {
    return {
      templated: false,
      write: ({body, opening}, mode) => {
        const text = mode === "given" ? body + opening : body;
        return {text, parts: [{text, special: false}]};
      },
    };
  }
  const [before, after] = renderTemplate(model.chatTemplate, model);
  return {
    templated: true,
    write: ({body, opening}, mode) => {
      const tail = mode === "given" ? opening : "";
      const special = [...model.vocabulary.specialTokens.keys()];
      const parts = mergePlain([
        ...cut(before, special),
        {text: body, special: false},
        ...cut(after, special),
        {text: tail, special: false},
      ]);
      return {text: before + body + after + tail, parts};
    },
  };
}

/** The template's text before and after the user's message. */
function renderTemplate(template: string, model: Model): [string, string] {
  const {bosToken, specialTokens} = model.vocabulary;
  const bos = [...specialTokens].find(([, id]) => id === bosToken)?.[0] ?? "";
  try {
    const text = new Template(template).render({
      messages: [{role: "user", content: SENTINEL}],
      add_generation_prompt: true,
      bos_token: bos,
      eos_token: "",
    });
    const place = text.indexOf(SENTINEL);
    if (place < 0 || text.indexOf(SENTINEL, place + 1) >= 0)
      throw new Error("the message does not appear exactly once");
    return [text.slice(0, place), text.slice(place + SENTINEL.length)];
  } catch (cause) {
    throw new LabelscopeError({
      code: "chat-template-failed",
      message: "the model's chat template cannot be rendered",
      details: [cause instanceof Error ? cause.message : String(cause)],
      next: "--chat raw",
      cause,
    });
  }
}

/** Cuts a template's own text at its special tokens, the longest first where several begin at one place. */
function cut(text: string, special: readonly string[]): PromptPart[] {
  const present = special.filter(token => token !== "" && text.includes(token)).sort((a, b) => b.length - a.length);
  const parts: PromptPart[] = [];
  let plain = "";
  for (let at = 0; at < text.length; ) {
    const token = present.find(candidate => text.startsWith(candidate, at));
    if (token === undefined) {
      plain += text[at++];
      continue;
    }
    parts.push({text: plain, special: false}, {text: token, special: true});
    plain = "";
    at += token.length;
  }
  return [...parts, {text: plain, special: false}];
}

/** Joins neighbouring plain parts, so that the tokeniser sees whole strings between special tokens. */
function mergePlain(parts: readonly PromptPart[]): PromptPart[] {
  const merged: PromptPart[] = [];
  for (const part of parts) {
    const last = merged.at(-1);
    if (last !== undefined && !last.special && !part.special)
      merged[merged.length - 1] = {text: last.text + part.text, special: false};
    else merged.push(part);
  }
  return merged.filter(part => part.text !== "");
}

/**
 * The token ids of a prompt: BOS where the model's metadata asks for it (and a template has not written it), special
 * parts as their own ids, and the text between them tokenised whole.
 */
export function promptTokens(model: Model, prompt: PromptText): number[] {
  const {bosToken, specialTokens} = model.vocabulary;
  const tokens = prompt.parts.flatMap(({text, special}) => {
    const id = special ? specialTokens.get(text) : undefined;
    return id === undefined ? model.tokenize(text) : [id];
  });
  return bosToken === undefined || tokens[0] === bosToken ? tokens : [bosToken, ...tokens];
}
