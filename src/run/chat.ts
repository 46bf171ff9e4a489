import {markupTokens, plainTokens} from "../capture/plain-tokens.ts";
import {type Chat, cut} from "../capture/prompt-text.ts";
import type {ThoughtSetup} from "../capture/think.ts";
import type {Model} from "../engine/engine.ts";
import {LabelscopeError} from "../errors.ts";
import {ChatTemplate} from "../prompt/chat/chat-template.ts";
import {closesThought, knownThought, openedThought, SWITCHES, type ThoughtMarkers} from "../prompt/chat/thought.ts";
import {Text} from "../prompt/jinja/text.ts";
import type {PromptPlan} from "../prompt/plan.ts";
import type {ChatRecord} from "../records/manifest.ts";
import {sha256} from "../task/hash.ts";
import type {RunOptions} from "./options.ts";

/** What stands between a thought and the answer. */
const AFTER_THOUGHT = "\n\n";

/** How a model's chat template is used in a run. */
export interface PlannedChat {
  readonly chat: Chat;
  readonly thought: ThoughtSetup | undefined;
  /** For the manifest; complete once every prompt is written, since only then it is known whether one shows the date. */
  readonly record: () => ChatRecord;
  /** What a person should know before the run. */
  readonly remarks: readonly string[];
}

/**
 * Opens a model's chat template for a run; undefined where prompts are sent raw: because that is wanted, or because the
 * model has no template.
 *
 * @param now what a template may show as the date
 * @throws chat-template-failed; `no-thought` where the model is to think and the template knows of no thought, or has closed it
 */
export function planChat(
  model: Model,
  {format}: Pick<PromptPlan, "format">,
  options: Pick<RunOptions, "chat" | "chatArgs" | "reasoning">,
  now: string,
): PlannedChat | undefined {
  const {chatTemplate: source} = model;
  const {chat: mode, chatArgs: args = {}, reasoning} = options;
  if (reasoning !== undefined && source === undefined) throw noThought("it has no chat template", "");
  if (mode === "raw" || source === undefined) return undefined;
  const open = (more: Readonly<Record<string, unknown>> = {}) =>
    new ChatTemplate(source, {tokens: model.vocabulary.templateTokens ?? {}, args: {...args, ...more}, now});
  const template = open();
  const end = generationPrompt(template);
  const opened = openedThought(end);
  const markers = reasoning === undefined ? undefined : (opened ?? toOpen(source, end));
  const start = opened === undefined && markers !== undefined ? `${markers.open}\n` : "";
  const closing = markers === undefined ? "" : `${start}\n${markers.close}${AFTER_THOUGHT}`;
  return {
    chat: {template, turns: mode === "auto", after: {free: start, given: closing}},
    thought: markers === undefined ? undefined : thoughtSetup(model, markers, reasoning ?? 0, format.opening),
    record: () => ({
      mode: mode === "auto" ? "turns" : "single",
      templateHash: sha256(source),
      args: {...args},
      system: template.systemRole ? "own turn" : "first user turn",
      ...(template.usedDate ? {now} : {}),
      ...(markers === undefined || reasoning === undefined ? {} : {thought: {...markers, most: reasoning}}),
    }),
    remarks: opened === undefined || reasoning !== undefined ? [] : [insideThought(opened, open)],
  };
}

/** What a template writes after a user's turn, where the model goes on. */
function generationPrompt(template: ChatTemplate): string {
  const asked = {system: undefined, whole: "asks", turns: undefined};
  const {text} = template.render(asked, false);
  return text.slice(text.lastIndexOf("asks") + 4);
}

function toOpen(source: string, end: string): ThoughtMarkers {
  if (closesThought(end))
    throw noThought(
      "its chat template closes the thought before it begins",
      "leave out the --chat-arg that does so, or ",
    );
  const known = knownThought(source);
  if (known === undefined) throw noThought("its chat template knows of no thought", "");
  return known;
}

/** The answer would be read in the middle of a thought; what switches the thought off is tried out. */
function insideThought(
  {open: marker}: ThoughtMarkers,
  open: (more: Readonly<Record<string, false>>) => ChatTemplate,
): string {
  const works = SWITCHES.find(args => {
    try {
      return openedThought(generationPrompt(open(args))) === undefined;
    } catch {
      return false;
    }
  });
  const [name] = Object.keys(works ?? {});
  const off = name === undefined ? "" : `--chat-arg ${name}=false switches it off; `;
  return `the chat template opens a thought (${marker}), and the answer's opening stands inside it: ${off}--reasoning N lets the model think first`;
}

function thoughtSetup(model: Model, {close}: ThoughtMarkers, most: number, opening: string): ThoughtSetup {
  const special = markupTokens(model.vocabulary);
  const closeToken = special.get(close);
  const names = [...special.keys()].sort((a, b) => b.length - a.length);
  const tokensOf = (own: string, data: string, afterSpecial: boolean) => {
    const parts = cut(new Text(own).concat(new Text(data, "\u0001".repeat(data.length))), names);
    return parts.flatMap((part, place) => {
      const id = part.special ? special.get(part.text) : undefined;
      return id === undefined ? plainTokens(model, part.text, place === 0 && !afterSpecial) : [id];
    });
  };
  const tails = (data: string) => ({
    closed: tokensOf(AFTER_THOUGHT, data, closeToken !== undefined),
    open: tokensOf(`\n${close}${AFTER_THOUGHT}`, data, false),
  });
  return {most, close, closeToken, tails: {given: tails(opening), free: tails("")}};
}

function noThought(reason: string, first: string): LabelscopeError {
  return new LabelscopeError({
    code: "no-thought",
    message: `--reasoning: the model cannot be let think, since ${reason}`,
    next: `${first}leave out --reasoning`,
  });
}
