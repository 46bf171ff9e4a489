import type {Model} from "../../engine/engine.ts";
import type {Lane} from "../../engine/lanes.ts";
import {largest} from "../../math/extremes.ts";
import type {RenderedPrompt} from "../../prompt/plan.ts";
import type {Captures} from "../../records/captures.ts";
import type {Document, Split} from "../../records/document.ts";
import type {NamedRecord} from "../../records/run-records.ts";
import {
  type Answered,
  type Answers,
  answersOf,
  ask,
  lineEnds,
  naiveTokens,
  prepareAnswers,
  type Question,
} from "../ask.ts";
import {plainTokens} from "../plain-tokens.ts";
import {commonPrefix, type PreparedDocument} from "../prepare.ts";
import {lastPlain, promptTokens} from "../prompt-text.ts";
import {type CaptureMaterial, elapsedMs, longestBy, ofSplits, type PlannedCapture} from "./capture-kind.ts";

/** Sequences that a question and its two answers use. */
const SEQUENCES_PER_QUESTION = 3;
/** Tokens that a question may have beyond the longest one of the longest document: the seam can differ. */
const SLACK = 8;
/** Stands in for a document where only one is asked about, so that the prefix is that of the demonstrations. */
const ANOTHER = {text: "\u2026"};

/** A question before it is tokenised, with its possible answers as indices into the kind's texts. */
export interface Asked {
  readonly prompt: RenderedPrompt;
  readonly answers: readonly number[];
}

export interface QuestionKind {
  readonly name: "unary" | "binary";
  readonly title: string;
  readonly about: Captures;
  /** All that may be answered, without what stands before it. */
  readonly texts: readonly string[];
  readonly lead: string;
  /** Every question about a document, in the order of the results. */
  readonly questions: (document: Pick<Document, "text">) => readonly Asked[];
  /** @param answered one for each question */
  readonly entry: (
    document: PreparedDocument,
    answered: readonly Answered[],
    cost: {readonly evaluatedTokens: number; readonly naiveTokens: number; readonly elapsedMs: number},
  ) => NamedRecord;
}

/** Plans a kind that asks several questions about each document. */
export function planQuestions(kind: QuestionKind, material: CaptureMaterial, splits: readonly Split[]): PlannedCapture {
  const {model, write} = material;
  const documents = ofSplits(material.documents, splits);
  const tokensOf = (using: Model, {prompt}: Asked) => promptTokens(using, write(prompt, "given"));
  const sized = (document: Pick<Document, "text">) => {
    const asked = [...kind.questions(document)].sort((a, b) => text(b).length - text(a).length);
    const [longest] = asked;
    return longest === undefined ? [] : tokensOf(model, longest);
  };
  const firsts = new Map(documents.map(document => [document, sized(document.document)]));
  const longest = longestBy(documents, document => firsts.get(document)?.length ?? 0);
  const answering = largest(
    kind.texts.map(answer => plainTokens(model, kind.lead + answer).length),
    0,
  );
  const prefix = commonPrefix([...firsts.values(), sized(ANOTHER)]);
  const longestDocument = documents.find(({document}) => document.id === longest.id);
  const own =
    longestDocument === undefined ? 0 : questionTokens(kind, longestDocument, asked => tokensOf(model, asked));
  return {
    name: kind.name,
    record: kind.name,
    title: kind.title,
    documents,
    prefix,
    longestTokens: longest.tokens + answering + SLACK,
    longestId: longest.id,
    size: document => (firsts.get(document)?.length ?? 0) + answering + SLACK,
    hidden: false,
    about: kind.about,
    begin: loaded => {
      const [sample] = kind.questions(ANOTHER);
      const before = sample === undefined ? "" : lastPlain(write(sample.prompt, "given"));
      const prepared = prepareAll(kind, loaded, before, asked => tokensOf(loaded, asked));
      return {
        scratch: {
          sequences: SEQUENCES_PER_QUESTION * kind.questions(ANOTHER).length,
          tokens: own + answering + SLACK,
        },
        capture: async (document, lane) => await capture(kind, prepared, prefix.length, document, lane),
      };
    },
  };
}

function text({prompt}: Asked): string {
  return prompt.body + prompt.opening;
}

/** The most tokens of a question beyond what a document's questions share. */
function questionTokens(
  kind: QuestionKind,
  {document}: PreparedDocument,
  tokensOf: (asked: Asked) => readonly number[],
): number {
  const prompts = kind.questions(document).map(tokensOf);
  return (
    largest(
      prompts.map(prompt => prompt.length),
      0,
    ) - commonPrefix(prompts).length
  );
}

type Prepare = (document: Pick<Document, "text">) => Question[];

/**
 * Answers are tokenised once, after a question that stands for all; questions with the same answers share a scorer.
 *
 * @param before that question's text
 */
function prepareAll(
  kind: QuestionKind,
  loaded: Model,
  before: string,
  tokensOf: (asked: Asked) => readonly number[],
): Prepare {
  const terminators = lineEnds(loaded.vocabulary);
  const tokens = prepareAnswers(
    loaded,
    before,
    kind.texts.map(answer => kind.lead + answer),
  );
  const known = new Map<string, Answers>();
  const answersFor = (indices: readonly number[]) => {
    const key = indices.join();
    const found =
      known.get(key) ??
      answersOf(
        indices.map(index => tokens[index] ?? []),
        terminators,
      );
    known.set(key, found);
    return found;
  };
  return document =>
    kind.questions(document).map(asked => ({prompt: tokensOf(asked), answers: answersFor(asked.answers)}));
}

async function capture(kind: QuestionKind, prepare: Prepare, prefix: number, document: PreparedDocument, lane: Lane) {
  const began = performance.now();
  const questions = prepare(document.document);
  const answered = await ask(lane, questions, Math.max(1, Math.floor(lane.scratch / SEQUENCES_PER_QUESTION)));
  const cost = {
    evaluatedTokens: lane.evaluatedTokens(),
    naiveTokens: naiveTokens(questions, prefix),
    elapsedMs: elapsedMs(began),
  };
  return {entry: kind.entry(document, answered, cost)};
}
