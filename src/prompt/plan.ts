import {LabelscopeError} from "../errors.ts";
import type {Document} from "../records/document.ts";
import type {FormatName} from "../records/task.ts";
import {answerEndsLine} from "../records/task-template.ts";
import type {Composition} from "../task/composition.ts";
import {goldSet, labelNames} from "../task/gold.ts";
import {canonicalJson, sha256} from "../task/hash.ts";
import type {Task} from "../task/task.ts";
import {type Conversation, instructed, type Message, turnTemplates, withSystem} from "./chat/conversation.ts";
import {type DemonstrationOptions, selectDemonstrations} from "./demonstrations.ts";
import {type AnswerFormat, answerFormats, renderAnswer} from "./format.ts";
import {labelOrder} from "./label-order.ts";
import {findLeaks, type Leak} from "./leaks.ts";
import {substitute} from "./template.ts";

/** What replaces the task file's choices; `undefined` keeps them. */
export interface PromptOptions extends DemonstrationOptions {
  readonly format?: FormatName | undefined;
  readonly labelOrder?: string | undefined;
}

/** One demonstration as the prompt shows it. */
export interface PlannedDemonstration {
  readonly id: string;
  readonly text: string;
  /** The gold labels in prompt order; empty where the answer is the null label. */
  readonly labels: readonly string[];
}

/** The raw prompt is `body + opening`; under a free opening it is `body` alone. */
export interface RenderedPrompt {
  readonly body: string;
  readonly opening: string;
  /** The same as it is said in a chat, where the opening stands in the model's turn. */
  readonly conversation: Conversation;
}

/** Every prompt of a run: what is shared, and how a document becomes the rest. */
export interface PromptPlan {
  readonly instruction: string;
  readonly demonstrations: readonly PlannedDemonstration[];
  readonly composition: Composition;
  /** The labels in the order of the instruction and the demonstrations' answers, without the null label. */
  readonly labelOrder: readonly string[];
  readonly format: AnswerFormat;
  readonly none: string | undefined;
  /** Whether an empty list is an answer: that no label fits, as the demonstrations show it. */
  readonly emptyList: boolean;
  /** System text, instruction and demonstrations: the text that all raw prompts of the run start with. */
  readonly prefix: string;
  /** SHA-256 of everything that a prompt is made of but the document. */
  readonly hash: string;
  /** Documents of the calibration and test splits that are demonstrated, too. */
  readonly leaks: readonly Leak[];
  readonly render: (document: Pick<Document, "text">) => RenderedPrompt;
  readonly renderDemonstration: (demonstration: Pick<PlannedDemonstration, "text" | "labels">) => string;
}

/** The labels of an answer, the null label standing for an empty set. */
function answerLabels(labels: readonly string[], task: Task): readonly string[] {
  if (labels.length > 0 || task.definition.emptyList === true) return labels;
  if (task.definition.none !== undefined) return [task.definition.none];
  throw new LabelscopeError({
    code: "no-null-label",
    message: `a demonstration of task "${task.definition.id}" carries no label, and the task has no null label to say so`,
    next: "name one in the task file (none: none), or emptyList: true for an empty list, or leave that document out",
  });
}

/**
 * Everything that is sent to a model, as text.
 *
 * Templates and documents are data: substitution is literal, nothing is trimmed or escaped. The same task and options give
 * the same bytes on every machine.
 *
 * @throws LabelscopeError what `selectDemonstrations` and `labelOrder` throw; `no-null-label`; `list-needs-line-break`
 * Source: METHODS §1, §2
 */
export function buildPrompts(task: Task, options: PromptOptions = {}): PromptPlan {
  const {prompt, none} = task.definition;
  const format: AnswerFormat = answerFormats[options.format ?? task.definition.format];
  if (format.name === "list" && !answerEndsLine(prompt.demonstration)) {
    throw new LabelscopeError({
      code: "list-needs-line-break",
      message: `task "${task.definition.id}": in the list format a line break must follow {answer} in prompt.demonstration`,
      next: "--format json, or a line break after {answer} in the task file",
    });
  }
  const order = labelOrder(labelNames(task), options.labelOrder ?? task.definition.labelOrder);
  const {documents, composition} = selectDemonstrations(task, options);
  const demonstrations = documents.map(document => {
    const gold = goldSet(document, task);
    return {id: document.id, text: document.text, labels: order.filter(label => gold.includes(label))};
  });
  const renderDemonstration: PromptPlan["renderDemonstration"] = ({text, labels}) =>
    substitute(prompt.demonstration, {text, answer: renderAnswer(format, answerLabels(labels, task))});
  const instruction = substitute(prompt.instruction, {labels: order.join(", ")});
  const shown = demonstrations.map(renderDemonstration).join("");
  const prefix = withSystem(prompt.system, instruction + shown);
  const query = prompt.query.slice(0, -"{opening}".length);
  const {opening} = format;
  const cut = turnTemplates(prompt.demonstration);
  const shownTurns = demonstrations.flatMap(({text, labels}): Message[] => [
    {role: "user", content: substitute(cut?.user ?? "", {text})},
    {
      role: "assistant",
      content: substitute(cut?.assistant ?? "", {answer: renderAnswer(format, answerLabels(labels, task))}),
    },
  ]);
  const conversation = (text: string): Conversation => {
    const asked: Message = {role: "user", content: substitute(query.trimEnd(), {text})};
    return {
      system: prompt.system,
      whole: instruction + shown + substitute(query, {text}),
      turns: cut === undefined ? undefined : instructed(instruction, [...shownTurns, asked]),
    };
  };
  return {
    instruction,
    demonstrations,
    composition,
    labelOrder: order,
    format,
    none,
    emptyList: task.definition.emptyList === true,
    prefix,
    hash: sha256(canonicalJson({prefix, query, format, labels: task.definition.labels, order, none})),
    leaks: findLeaks(task, documents),
    render: ({text}) => ({body: prefix + substitute(query, {text}), opening, conversation: conversation(text)}),
    renderDemonstration,
  };
}
