import {LabelscopeError} from "../../errors.ts";
import {Template} from "../jinja/template.ts";
import {TemplateError} from "../jinja/template-error.ts";
import {OWN, Text} from "../jinja/text.ts";
import {Dict, fromJson, List, type Value} from "../jinja/value.ts";
import {type Conversation, type Message, withSystem} from "./conversation.ts";

/** What a chat template is rendered with beside the messages. */
export interface ChatSettings {
  /** `bos_token` and the like: the texts of the model's special tokens. */
  readonly tokens: Readonly<Record<string, string>>;
  /** What `--chat-arg` gives, as JSON values. */
  readonly args: Readonly<Record<string, unknown>>;
  /** What `strftime_now` shows, as `wallClock` writes it. */
  readonly now: string;
}

/**
 * A model's own chat template.
 *
 * Real messages are rendered, once. Every character of the result is marked as the template's own or as that of one of the
 * messages, so that a message is data whatever it looks like.
 *
 * @throws chat-template-failed where the template cannot be read, refuses the messages, or does not write every message as
 *   it is (white space at its ends aside)
 */
export class ChatTemplate {
  readonly #template: Template;
  readonly #settings: ChatSettings;
  /** Whether a system message has a place of its own; otherwise it goes in front of the first user turn. */
  readonly systemRole: boolean;
  #usedDate = false;

  constructor(source: string, settings: ChatSettings) {
    this.#settings = settings;
    this.#template = refusing(() => new Template(source));
    this.systemRole = this.#hasSystemRole();
  }

  /** Whether what was rendered so far shows the date. */
  get usedDate(): boolean {
    return this.#usedDate;
  }

  /** The messages up to where the model answers. @param turns demonstrations as turns, or everything in one user turn */
  render(conversation: Conversation, turns: boolean): Text {
    return refusing(
      () => this.#wholly(this.#messages(conversation, turns)),
      () => (turns && this.#isRendered(this.#messages(conversation, false)) ? [ONE_TURN, NO_CHAT] : [NO_CHAT]),
    );
  }

  #wholly(messages: readonly Message[]): Text {
    const text = this.#render(messages);
    refuseLost(text, messages);
    return text;
  }

  #isRendered(messages: readonly Message[]): boolean {
    try {
      this.#wholly(messages);
      return true;
    } catch (error) {
      if (error instanceof TemplateError) return false;
      throw error;
    }
  }

  #messages({system, whole, turns}: Conversation, asTurns: boolean): readonly Message[] {
    const said = asTurns ? turns : [{role: "user", content: whole} as const];
    if (said === undefined) throw noTurns();
    if (system === undefined) return said;
    if (this.systemRole) return [{role: "system", content: system}, ...said];
    return said.map((message, place) =>
      place === 0 ? {...message, content: withSystem(system, message.content)} : message,
    );
  }

  #render(messages: readonly Message[]): Text {
    const {tokens, args, now} = this.#settings;
    const values = new Map<string, Value>([
      ["tools", null],
      ["documents", null],
      ["add_generation_prompt", true],
      ...Object.entries(tokens).map(([name, text]) => [name, new Text(text)] as const),
      ...Object.entries(args).map(([name, value]) => [name, fromJson(value)] as const),
      ["messages", new List(messages.map(messageValue))],
    ]);
    const {text, usedDate} = this.#template.render(values, now);
    this.#usedDate ||= usedDate;
    return text;
  }

  #hasSystemRole(): boolean {
    const user = {role: "user", content: "asks"} as const;
    refusing(() => this.#render([user]));
    const system = {role: "system", content: "instructs"} as const;
    try {
      return contentOf(this.#render([system, user]), 0) === system.content;
    } catch (error) {
      if (error instanceof TemplateError) return false;
      throw error;
    }
  }
}

/** The mark of a message's characters. */
function markOf(place: number): string {
  return String.fromCharCode(OWN.charCodeAt(0) + 1 + place);
}

function messageValue({role, content}: Message, place: number): Value {
  return new Dict([
    [new Text("role"), new Text(role)],
    [new Text("content"), fromJson(content, markOf(place))],
  ]);
}

/** All characters that came from a message. */
function contentOf({text, marks}: Text, place: number): string {
  const mark = markOf(place);
  return text
    .split("")
    .filter((_, at) => marks[at] === mark)
    .join("");
}

function refuseLost({text, marks}: Text, messages: readonly Message[]): void {
  const found = messages.map(() => "");
  for (let at = 0; at < text.length; at++) {
    const place = marks.charCodeAt(at) - OWN.charCodeAt(0) - 1;
    if (place >= 0) found[place] += text[at] ?? "";
  }
  for (const [place, {role, content}] of messages.entries()) {
    if (found[place]?.trim() === content.trim()) continue;
    const what = found[place] === "" ? "leaves out" : "changes the text of";
    throw new TemplateError(`the template ${what} message ${place + 1} of ${messages.length} (${role})`);
  }
}

const ONE_TURN = "--chat single sends everything in one user turn";
const NO_CHAT = "--chat raw sends the task's prompt without a template";

/** @param next advice that was tried, where there is more than to send the prompt raw */
function refusing<Result>(work: () => Result, next = () => [NO_CHAT]): Result {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    throw new LabelscopeError({
      code: "chat-template-failed",
      message: "the model's chat template cannot be rendered",
      details: [cause.message],
      next: next(),
      cause,
    });
  }
}

function noTurns(): LabelscopeError {
  return new LabelscopeError({
    code: "no-turns",
    message: "the task's demonstrations cannot be cut into turns: {text} and one {answer} after it are needed",
    next: ONE_TURN,
  });
}
