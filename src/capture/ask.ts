import type {Model, ReadSpec, Vocabulary} from "../engine/engine.ts";
import type {Lane} from "../engine/lanes.ts";
import {LabelScorer} from "./label-scorer.ts";
import {continuations} from "./label-tokens.ts";
import {commonPrefix} from "./prepare.ts";

/** Some answers to a question, any of which the model could give whole, and how to score them. */
export interface Answers {
  readonly scorer: LabelScorer;
  /** The first token of each answer; absent if two answers start with the same one. */
  readonly firstTokens: readonly number[] | undefined;
  /** What to read where the answer starts. */
  readonly atStart: ReadSpec;
}

/** One question about a document. */
export interface Question {
  /** Tokens of the whole prompt. */
  readonly prompt: readonly number[];
  readonly answers: Answers;
}

/** What the model says to a question: one probability an answer, in their order. */
export interface Answered {
  /** Of the whole answer with its terminator. */
  readonly whole: readonly number[];
  /** Of its first token; absent if two answers start with the same one. */
  readonly firstToken: readonly number[] | undefined;
}

/** Tokens that end a question's answer: those whose text begins with a line break, and end tokens. */
export function lineEnds({pieces, endTokens}: Vocabulary): number[] {
  const starting = pieces.flatMap((piece, token) => (piece.startsWith("\n") && !endTokens.has(token) ? [token] : []));
  return [...starting, ...endTokens];
}

/**
 * Prepares answers to be scored as whole strings with their terminator.
 *
 * @param before the text that they follow; where the tokeniser merges across the seam, the answer's own tokens are taken
 */
export function prepareAnswers(model: Model, before: string, texts: readonly string[]): readonly (readonly number[])[] {
  const continued = continuations(model, before);
  return texts.map(text => continued(text).tokens);
}

/** @param tokens of each answer, as `prepareAnswers` gives them */
export function answersOf(tokens: readonly (readonly number[])[], terminators: readonly number[]): Answers {
  const labels = {names: tokens.map((_, place) => String(place)), paths: tokens.map(path => [path])};
  const scorer = new LabelScorer("exact", labels, {terminators, branches: []}, "max");
  const firsts = tokens.flatMap(path => path.slice(0, 1));
  return {
    scorer,
    firstTokens: new Set(firsts).size === tokens.length ? firsts : undefined,
    atStart: {tokens: scorer.firstTokens, groups: [], top: 0},
  };
}

/**
 * Asks a document's questions: what they share is evaluated once, then each question's own tokens, then each answer's.
 *
 * @param atOnce how many questions are evaluated side by side
 * @returns for each question the probability of each of its answers, and of its first token
 */
export async function ask(lane: Lane, questions: readonly Question[], atOnce: number): Promise<Answered[]> {
  const shared = commonPrefix(questions.map(({prompt}) => prompt)).length;
  await lane.start(questions[0]?.prompt.slice(0, shared) ?? [], []);
  const answered: Answered[] = [];
  for (let done = 0; done < questions.length; done += atOnce) {
    const now = questions
      .slice(done, done + atOnce)
      .map(({prompt, answers}) => ({own: prompt.slice(shared), ...answers}));
    const starts = await lane.grow(
      now.map(({own, atStart}) => ({tokens: own, reads: [{at: own.length - 1, spec: atStart}]})),
    );
    const paths = now.flatMap(({own, scorer}) =>
      scorer.paths.map(({tokens}) => ({
        tokens: [...own, ...tokens],
        reads: tokens.map((_, place) => ({at: own.length + place, spec: scorer.pathSpec})),
      })),
    );
    const onPaths = await lane.grow(paths);
    let place = 0;
    now.forEach(({scorer, atStart, firstTokens}, i) => {
      const [read] = starts[i] ?? [];
      if (read === undefined) throw new RangeError("a question was not answered");
      const logitOf = (token: number) => read.tokenLogits[atStart.tokens.indexOf(token)] ?? Number.NaN;
      const own = onPaths.slice(place, place + scorer.paths.length);
      place += scorer.paths.length;
      const {scores} = scorer.score({logitOf, logSumExp: read.logSumExp}, own);
      answered.push({
        whole: scores.map(Math.exp),
        firstToken: firstTokens?.map(token => Math.exp(logitOf(token) - read.logSumExp)),
      });
    });
  }
  return answered;
}

/**
 * Tokens that a loop evaluates which keeps only the demonstrations' prefix: every question from there, and its answers.
 *
 * @param prefix tokens of that prefix
 */
export function naiveTokens(questions: readonly Question[], prefix: number): number {
  return questions.reduce((sum, {prompt, answers}) => {
    const answering = answers.scorer.paths.reduce((all, {tokens}) => all + tokens.length, 0);
    return sum + prompt.length - prefix + answering;
  }, 0);
}
