import {createHash} from "node:crypto";
import type {Model} from "../engine/engine.ts";
import {largest} from "../math/extremes.ts";
import type {PromptPlan} from "../prompt/plan.ts";
import type {Document, Split} from "../records/document.ts";
import {canonicalJson, sha256} from "../task/hash.ts";
import {AnswerGrammar} from "./answer-grammar.ts";
import type {GreedySetup, PromptTokens} from "./greedy.ts";
import {LabelScorer, type LabelScoring, type VariantRule} from "./label-scorer.ts";
import {
  type Collision,
  collisions,
  continuations,
  type LabelText,
  type LabelTokens,
  sameTokens,
  tokenizeLabels,
} from "./label-tokens.ts";
import {plainTokens} from "./plain-tokens.ts";
import {lastPlain, type PromptWriter, promptTokens} from "./prompt-text.ts";
import {ReadSpecs} from "./read-specs.ts";
import type {ThoughtSetup} from "./think.ts";
import {tokenSets} from "./token-sets.ts";

/** Tokens that an answer may have beyond the longest well-formed one. */
const ANSWER_SLACK = 4;
/** On how many prompts the seam between prompt and label is checked. */
const SEAM_CHECKS = 16;

/** One document with its prompt in tokens. */
export interface PreparedDocument extends PromptTokens {
  readonly document: Document;
  readonly split: Split;
  /** SHA-256 of the prompt's token ids as little-endian int32. */
  readonly promptHash: string;
  /** What resuming compares, and what joins the records of a document: its content, split, prompt and forced answer. */
  readonly key: string;
}

/** The labels as one model's tokeniser sees them in this task. */
export interface PreparedLabels {
  readonly texts: readonly LabelText[];
  readonly first: LabelTokens;
  readonly later: LabelTokens;
  readonly collisions: readonly Collision[];
  /** Labels whose tokens merge with the prompt's; the model is read after the prompt's own tokens all the same. */
  readonly merged: readonly string[];
  /** Prompts on which the label tokens were checked, and on how many they were not the same. */
  readonly seamChecks: number;
  readonly seamDiffering: number;
  /** The most tokens an answer may have. */
  readonly answerBudget: number;
}

/** The labels of a plan's task, the null label last. */
export function labelTexts(labels: readonly LabelText[], none: string | undefined): LabelText[] {
  return none === undefined ? [...labels] : [...labels, {name: none, variants: [none]}];
}

export interface PreparedOptions {
  /** The text of the answer that is fed after a document's opening. */
  readonly forced?: ((document: Document, split: Split) => string) | undefined;
  /** The model thinks before the opening is written, so that prompts end before it. */
  readonly thinks?: boolean;
}

/**
 * Tokenises every prompt whole.
 *
 * @throws what writing a prompt throws
 */
export function prepareDocuments(
  model: Model,
  plan: PromptPlan,
  write: PromptWriter,
  opening: "given" | "free",
  documents: readonly {readonly document: Document; readonly split: Split}[],
  {forced, thinks = false}: PreparedOptions = {},
): PreparedDocument[] {
  return documents.map(({document, split}) => {
    const rendered = plan.render(document);
    const ends = opening === "given" && !thinks;
    const prompt = promptTokens(model, write(rendered, ends ? "given" : "free"));
    const given = write(rendered, "given");
    const opened = ends ? prompt : promptTokens(model, given);
    const promptHash = hashTokens(prompt);
    const answer = forced?.(document, split);
    return {
      document,
      split,
      prompt,
      opened,
      promptHash,
      key: sha256(canonicalJson({document, split, promptHash, forced: answer})).slice(0, 32),
      ...(answer === undefined ? {} : {forced: continuations(model, lastPlain(given))(answer).tokens}),
    };
  });
}

export function hashTokens(tokens: readonly number[]): string {
  const bytes = Buffer.alloc(tokens.length * 4);
  tokens.forEach((token, place) => {
    bytes.writeInt32LE(token, place * 4);
  });
  return createHash("sha256").update(bytes).digest("hex");
}

/** The longest token prefix that all prompts share, short of each one's last token, which must be evaluated. */
export function sharedPrefix(documents: readonly Pick<PreparedDocument, "prompt" | "opened">[]): readonly number[] {
  return commonPrefix(documents.flatMap(({prompt, opened}) => (prompt === opened ? [prompt] : [prompt, opened])));
}

/** The longest prefix that all of these share, short of each one's last token; empty where there are none. */
export function commonPrefix(prompts: readonly (readonly number[])[]): readonly number[] {
  const [one, ...others] = prompts;
  if (one === undefined) return [];
  const size = others.reduce((shared, tokens) => {
    let same = 0;
    while (same < shared && same < tokens.length - 1 && tokens[same] === one[same]) same++;
    return same;
  }, one.length - 1);
  return one.slice(0, size);
}

/**
 * Tokenises the labels where they stand: after the opening, and after a separator.
 *
 * @param opening `free` where the model writes the opening itself, which is then part of the answer's budget
 */
export function prepareLabels(
  model: Model,
  plan: PromptPlan,
  write: PromptWriter,
  texts: readonly LabelText[],
  documents: readonly Pick<Document, "text">[],
  opening: "given" | "free" = "given",
): PreparedLabels {
  const {format} = plan;
  const lastPart = (document: Pick<Document, "text">) => lastPlain(write(plan.render(document), "given"));
  const checked = documents.slice(0, SEAM_CHECKS).map(lastPart);
  const before = checked[0] ?? plan.prefix + format.opening;
  const afterLabel = format.lead + (texts[0]?.variants[0] ?? "") + format.separator;
  const first = tokenizeLabels(model, before, format, texts);
  const later = tokenizeLabels(model, before + afterLabel, format, texts);
  const differing = checked.filter(
    text => !sameTokens(tokenizeLabels(model, text, format, texts).tokens, first.tokens),
  );
  return {
    texts,
    first: first.tokens,
    later: later.tokens,
    collisions: distinctCollisions([...collisions(first.tokens), ...collisions(later.tokens)]),
    merged: [...new Set([...first.merged, ...later.merged])],
    seamChecks: checked.length,
    seamDiffering: differing.length,
    answerBudget: longestAnswer(model, plan, texts, before, opening) + ANSWER_SLACK,
  };
}

/** Each pair of labels once: those after a separator are mostly those of the first step. */
function distinctCollisions(found: readonly Collision[]): Collision[] {
  return [...new Map(found.map(collision => [collision.labels.join("\n"), collision])).values()];
}

/**
 * Tokens of the longest well-formed answer, closing included: all labels, each in its longest variant, or the null label
 * alone.
 */
function longestAnswer(
  model: Model,
  {format, labelOrder, none}: PromptPlan,
  texts: readonly LabelText[],
  before: string,
  opening: "given" | "free",
): number {
  const size = (text: string) => plainTokens(model, text).length;
  const longest = (name: string) => {
    const variants = texts.find(text => text.name === name)?.variants ?? [name];
    return [...variants].sort((a, b) => size(format.lead + b) - size(format.lead + a))[0] ?? name;
  };
  const answers = [labelOrder.map(longest), ...(none === undefined ? [] : [[none]])];
  const start = opening === "given" ? before : before.slice(0, -format.opening.length);
  const sizes = answers.map(labels => {
    const list = labels.map(label => format.lead + label).join(format.separator);
    return size(before + list + (format.closing || format.closeEvent)) - size(start);
  });
  return largest(sizes);
}

export interface SetupOptions {
  /** How the model thinks before it answers; absent where it does not. */
  readonly thought?: ThoughtSetup | undefined;
  readonly scoring: LabelScoring;
  readonly variants: VariantRule;
  readonly opening: "given" | "free";
  readonly decode: "free" | "constrained";
  readonly topTokens: number;
  readonly fullLogits: boolean;
}

/** What the greedy capture of one model needs, built once a run. */
export function greedySetup(
  model: Model,
  plan: PromptPlan,
  labels: PreparedLabels,
  options: SetupOptions,
): GreedySetup {
  const {vocabulary} = model;
  const sets = tokenSets(vocabulary, plan.format);
  const none = plan.none === undefined ? undefined : [plan.none];
  const own = plan.none === undefined ? labels.texts : labels.texts.slice(0, -1);
  const grammar = new AnswerGrammar(
    plan.format,
    own.map(label => label.variants),
    none,
  );
  const first = new LabelScorer(options.scoring, labels.first, sets, options.variants);
  const later = sameTokens(labels.first, labels.later)
    ? first
    : new LabelScorer(options.scoring, labels.later, sets, options.variants);
  const specs = new ReadSpecs({
    vocabulary,
    grammar,
    sets,
    labelTokens: [...first.firstTokens, ...later.firstTokens],
    topTokens: options.topTokens,
    fullLogits: options.fullLogits,
    decode: options.decode,
  });
  return {
    vocabulary,
    format: plan.format,
    emptyList: plan.emptyList,
    labels: labels.texts.map(label => label.name),
    grammar,
    specs,
    scorers: {first, later},
    opening: options.opening,
    decode: options.decode,
    answerBudget: labels.answerBudget,
    ...(options.thought === undefined ? {} : {thought: options.thought}),
  };
}
