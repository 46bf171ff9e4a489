import {smallest} from "../math/extremes.ts";
import {createRng, type Rng} from "../math/rng.ts";
import {shuffle} from "../math/shuffle.ts";
import type {Document} from "../records/document.ts";
import {labelNames} from "../task/gold.ts";
import {canonicalJson, sha256} from "../task/hash.ts";
import type {Task} from "../task/task.ts";
import {instructed, type Message, turnTemplates, withSystem} from "./chat/conversation.ts";
import type {PlannedDemonstration, PromptPlan, RenderedPrompt} from "./plan.ts";
import {substitute} from "./template.ts";

/** What a question's demonstrations and queries have in common. */
interface QuestionPrompts {
  /** Instruction and demonstrations: the text that all questions of the run start with. */
  readonly prefix: string;
  /** What stands between the end of a query and the answer, as demonstrations write it: mostly a space. */
  readonly lead: string;
  /** SHA-256 of everything that a prompt is made of but document and labels. */
  readonly hash: string;
}

export interface UnaryDemonstration extends Pick<PlannedDemonstration, "id" | "text"> {
  readonly label: string;
  readonly reasonable: boolean;
}

export interface UnaryPrompts extends QuestionPrompts {
  readonly demonstrations: readonly UnaryDemonstration[];
  readonly render: (document: Pick<Document, "text">, label: string) => RenderedPrompt;
}

export interface BinaryDemonstration extends Pick<PlannedDemonstration, "id" | "text"> {
  readonly first: string;
  readonly second: string;
  readonly answer: string;
  /** Neither or both labels are gold: the seed decided. */
  readonly tie: boolean;
}

export interface BinaryPrompts extends QuestionPrompts {
  /** Whether the options are lettered and the answers are their letters. */
  readonly lettered: boolean;
  readonly demonstrations: readonly BinaryDemonstration[];
  readonly render: (document: Pick<Document, "text">, first: string, second: string) => RenderedPrompt;
}

export const REASONABLE = "reasonable";
export const UNREASONABLE = "unreasonable";
/** What lettered options are answered with: the first one presented, the second one. */
export const LETTERS = ["a", "b"] as const;

/**
 * One question a label: is it reasonable for this document?
 *
 * The demonstrations are the run's, each with one label: as near to half of them as their gold sets allow get one of their
 * own labels, the others a label that they do not carry. Labels are used as evenly as that leaves room for; which document
 * gets which is drawn by the seed, and does not depend on the label that is asked about.
 *
 * Source: METHODS §3, `unary`
 */
export function unaryPrompts(task: Task, plan: PromptPlan, seed: number): UnaryPrompts {
  const {instruction, demonstration: template, query} = task.definition.prompt.unary;
  const {system} = task.definition.prompt;
  const rng = createRng(`${seed}/unary`);
  const labels = labelNames(task);
  const order = shuffle(plan.demonstrations, rng);
  const half = order.filter(({labels: gold}) => gold.length > 0).slice(0, Math.round(order.length / 2));
  const even = evenly(labels, rng);
  const demonstrations = plan.demonstrations.map(demonstration => {
    const {id, text, labels: gold} = demonstration;
    const others = labels.filter(label => !gold.includes(label));
    const reasonable = others.length === 0 || half.includes(demonstration);
    return {id, text, label: even(reasonable ? gold : others), reasonable};
  });
  const values = demonstrations.map(({text, label, reasonable}) => ({
    text,
    label,
    answer: reasonable ? REASONABLE : UNREASONABLE,
  }));
  const instructions = substitute(instruction, {labels: plan.labelOrder.join(", ")});
  const shown = values.map(value => substitute(template, value)).join("");
  const prefix = withSystem(system, instructions + shown);
  const ask = asker({system, instructions, shown, template, query, values});
  const lead = leadOf(template, query);
  return {
    prefix,
    lead,
    hash: sha256(canonicalJson({prefix, query, lead})),
    demonstrations,
    render: ({text}, label) => ask({text, label}),
  };
}

/**
 * One question a pair of labels, the null label among them: which fits better?
 *
 * The demonstrations are the run's, each with a pair of which one label is gold and the other is not, wherever its gold set
 * allows (the null label is gold where no other is); in half of them the answer stands first. Labels are used as evenly as
 * that leaves room for; all is drawn by the seed, and does not depend on the labels that are asked about. Where the task
 * letters the options, the answer is the letter of the option, and the draw is the same.
 *
 * Source: METHODS §3, `binary`, `binary@paper`
 */
export function binaryPrompts(task: Task, plan: PromptPlan, seed: number): BinaryPrompts {
  const {instruction, demonstration: template, query, answers} = task.definition.prompt.binary;
  const lettered = answers === "letters";
  const {system} = task.definition.prompt;
  const rng = createRng(`${seed}/binary`);
  const labels = [...labelNames(task), ...(plan.none === undefined ? [] : [plan.none])];
  const places = shuffle(
    plan.demonstrations.map((_, place) => place),
    rng,
  );
  const even = evenly(labels, rng);
  const demonstrations = plan.demonstrations.map(({id, text, labels: given}, index) => {
    const gold = given.length === 0 && plan.none !== undefined ? [plan.none] : given;
    const others = labels.filter(label => !gold.includes(label));
    const tie = gold.length === 0 || others.length === 0;
    const answer = even(gold.length === 0 ? others : gold);
    const other = even((others.length === 0 ? gold : others).filter(label => label !== answer));
    const [first, second] = (places[index] ?? 0) % 2 === 0 ? [answer, other] : [other, answer];
    return {id, text, first, second, answer, tie};
  });
  const values = demonstrations.map(({text, first, second, answer}) => ({
    text,
    first,
    second,
    answer: lettered ? LETTERS[answer === first ? 0 : 1] : answer,
  }));
  const instructions = substitute(instruction, {labels: plan.labelOrder.join(", ")});
  const shown = values.map(value => substitute(template, value)).join("");
  const prefix = withSystem(system, instructions + shown);
  const ask = asker({system, instructions, shown, template, query, values});
  const lead = leadOf(template, query);
  return {
    lettered,
    prefix,
    lead,
    // Without demonstrations the answers show in the hash only.
    hash: sha256(canonicalJson({prefix, query, lead, ...(lettered ? {answers} : {})})),
    demonstrations,
    render: ({text}, first, second) => ask({text, first, second}),
  };
}

/** Chooses among some labels one of those that were chosen least so far; ties by the generator. */
function evenly(labels: readonly string[], rng: Rng): (among: readonly string[]) => string {
  const used = new Map(labels.map(label => [label, 0]));
  return among => {
    const least = smallest(among.map(label => used.get(label) ?? 0));
    const [chosen = ""] = shuffle(
      among.filter(label => (used.get(label) ?? 0) === least),
      rng,
    );
    used.set(chosen, least + 1);
    return chosen;
  };
}

/** What a demonstration writes between the text that a query has, too, and the answer. */
function leadOf(demonstration: string, query: string): string {
  const [before = ""] = demonstration.split("{answer}");
  if (before.startsWith(query)) return before.slice(query.length);
  return /\s*$/.exec(before)?.[0].startsWith(" ") && !query.endsWith(" ") ? " " : "";
}

type Values = Readonly<Record<string, string>>;

/**
 * Writes a question. Its last line is what an answer continues: with a chat template it opens the model's turn, and so it
 * does in the demonstrations, where these are turns.
 */
function asker(parts: {
  readonly system: string | undefined;
  readonly instructions: string;
  readonly shown: string;
  readonly template: string;
  readonly query: string;
  readonly values: readonly Values[];
}): (asked: Values) => RenderedPrompt {
  const {system, instructions, shown, query} = parts;
  const cut = turnTemplates(parts.template, true);
  const shownTurns = parts.values.flatMap((value): Message[] => [
    {role: "user", content: substitute(cut?.user ?? "", value)},
    {role: "assistant", content: substitute(cut?.assistant ?? "", value)},
  ]);
  const before = query.slice(0, query.lastIndexOf("\n") + 1).trimEnd();
  const hasTurns = cut !== undefined && before.includes("{text}");
  return asked => {
    const text = instructions + shown + substitute(query, asked);
    const at = text.lastIndexOf("\n") + 1;
    const whole = text.slice(0, at);
    const last: Message = {role: "user", content: substitute(before, asked)};
    return {
      body: withSystem(system, whole),
      opening: text.slice(at),
      conversation: {
        system,
        whole,
        turns: hasTurns ? instructed(instructions, [...shownTurns, last]) : undefined,
      },
    };
  };
}
