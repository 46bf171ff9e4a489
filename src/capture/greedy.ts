import type {ReadOut, ReadSpec, TokenLogit, Vocabulary} from "../engine/engine.ts";
import type {Lane} from "../engine/lanes.ts";
import type {AnswerFormat} from "../prompt/format.ts";
import type {Answer, LabelStep, Thought} from "../records/trace.ts";
import {type AnswerGrammar, type AnswerState, START} from "./answer-grammar.ts";
import {AnswerReader} from "./answer-reader.ts";
import {describeAnswer} from "./describe-answer.ts";
import {describeStep} from "./describe-step.ts";
import type {LabelScorer, LabelScores} from "./label-scorer.ts";
import type {ReadSpecs} from "./read-specs.ts";
import {type Thinking, type ThoughtSetup, think} from "./think.ts";

/** Everything about a model and a task that a greedy capture needs, the same for all documents of a run. */
export interface GreedySetup {
  readonly vocabulary: Vocabulary;
  readonly format: AnswerFormat;
  /** Whether an empty list is a well-formed answer. */
  readonly emptyList: boolean;
  /** Names in the order of the scores, the null label last where there is one. */
  readonly labels: readonly string[];
  readonly grammar: AnswerGrammar;
  readonly specs: ReadSpecs;
  /** Label tokens may differ between the first step and those after a separator. */
  readonly scorers: {readonly first: LabelScorer; readonly later: LabelScorer};
  readonly opening: "given" | "free";
  readonly decode: "free" | "constrained";
  /** The most tokens an answer may have. */
  readonly answerBudget: number;
  /** Absent where the model answers at once. */
  readonly thought?: ThoughtSetup;
}

/** A prompt's tokens, and the same with the canonical opening where the model was to write it itself. */
export interface PromptTokens {
  readonly prompt: readonly number[];
  readonly opened: readonly number[];
  /** The answer that is fed instead of the model's own, up to where it closes; absent where the model answers. */
  readonly forced?: readonly number[];
}

export interface GreedyCapture {
  /** Absent where the model answered at once. */
  readonly thought?: Thought;
  readonly answer: Answer;
  readonly steps: readonly LabelStep[];
  /** Full logits at the label steps, in their order; empty unless the read specs ask for them. */
  readonly logits: readonly Float32Array[];
}

/** What was read at one position of the answer, and the token that was chosen there. */
export interface Position extends TokenLogit {
  readonly readOut: ReadOut;
}

/** A label step as it was read, before it is known how the answer goes on. */
export interface RawStep extends LabelScores {
  /** How many tokens of the answer come before it. */
  readonly answerTokens: number;
  readonly readOut: ReadOut;
  readonly argmaxIsLabel: boolean;
}

/**
 * Decodes one document's answer greedily and records every label step.
 *
 * A step is read before its token is chosen: the last logits of the prompt are those of the first label step. The token
 * that ends the answer is chosen but never evaluated. A forced answer is fed token by token in place of the best tokens,
 * so that the same contexts are evaluated as where a model has answered so itself.
 *
 * Source: METHODS §1–2
 */
export async function captureGreedy(setup: GreedySetup, lane: Lane, tokens: PromptTokens): Promise<GreedyCapture> {
  const {specs, vocabulary, grammar} = setup;
  const {forced: given} = tokens;
  const budget = given === undefined ? setup.answerBudget : given.length;
  const specAt = (state: AnswerState | undefined, place: number) => {
    const next = given?.[place];
    return next === undefined ? specs.at(state) : specs.forcing(next);
  };
  const reader = new AnswerReader(setup.format, setup.opening, setup.emptyList);
  const positions: Position[] = [];
  const raw: RawStep[] = [];
  let state: AnswerState | undefined = setup.opening === "given" ? START : undefined;

  const thinking = setup.thought === undefined ? undefined : await think(setup.thought, setup, lane, tokens.prompt);
  let readOut = await readAnswerStart(lane, tokens, thinking?.goOn(setup.opening), specAt(state, 0));
  while (readOut !== undefined) {
    if (reader.atLabelStep) raw.push(await readStep(setup, lane, readOut, raw.length, positions.length));
    const next = given?.[positions.length];
    if (given !== undefined && next === undefined) break;
    const chosen = choose(setup, state, readOut, next);
    const {token} = chosen;
    positions.push({readOut, ...chosen});
    if (vocabulary.endTokens.has(token)) reader.end();
    else reader.push(vocabulary.pieces[token] ?? "");
    if (reader.finished || positions.length >= budget) break;
    if (state !== undefined) {
      const advance = grammar.advance(state, vocabulary.pieces[token] ?? "");
      state = advance.kind === "open" ? advance.state : undefined;
    }
    [readOut] = await lane.extend([token], [{at: 0, spec: specAt(state, positions.length)}]);
  }

  // In a list an empty answer ends where its first element would begin: what was read there is the canonical read-out.
  const forced = raw.length === 0 || reader.empty;
  if (raw.length === 0) {
    const whole = thinking === undefined ? tokens.opened : openedAfter(tokens.prompt, thinking);
    const [opened] = await lane.start(whole, [{at: whole.length - 1, spec: specs.at(undefined)}]);
    if (opened !== undefined) raw.push(await readStep(setup, lane, opened, 0, 0));
  }
  return {
    ...(thinking === undefined ? {} : {thought: thinking.thought}),
    answer: describeAnswer(setup, reader, positions, forced),
    steps: raw.map((step, index) => describeStep(setup, {step, r: index + 1, forced}, reader, positions)),
    logits: raw.flatMap(step => (step.readOut.logits === undefined ? [] : [step.readOut.logits])),
  };
}

/** Evaluates up to where the answer begins: the prompt, or what follows a thought. */
async function readAnswerStart(
  lane: Lane,
  {prompt}: PromptTokens,
  afterThought: readonly number[] | undefined,
  spec: ReadSpec,
): Promise<ReadOut | undefined> {
  const [readOut] =
    afterThought === undefined
      ? await lane.start(prompt, [{at: prompt.length - 1, spec}])
      : await lane.extend(afterThought, [{at: afterThought.length - 1, spec}]);
  return readOut;
}

/** The prompt, the thought and the canonical opening. */
function openedAfter(prompt: readonly number[], {thought, goOn}: Thinking): readonly number[] {
  const evaluated = thought.end === "turn" ? thought.tokens : thought.tokens.slice(0, -1);
  return [...prompt, ...evaluated, ...goOn("given")];
}

function choose(
  {specs, decode}: GreedySetup,
  state: AnswerState | undefined,
  readOut: ReadOut,
  forced: number | undefined,
): TokenLogit {
  if (forced !== undefined) return {token: forced, logit: specs.forcedLogit(readOut)};
  return state !== undefined && decode === "constrained" ? specs.bestAllowed(state, readOut) : readOut.argmax;
}

async function readStep(
  setup: GreedySetup,
  lane: Lane,
  readOut: ReadOut,
  stepsBefore: number,
  answerTokens: number,
): Promise<RawStep> {
  const scorer = stepsBefore === 0 ? setup.scorers.first : setup.scorers.later;
  const paths = scorer.paths.map(({tokens}) => ({tokens, reads: tokens.map((_, at) => ({at, spec: scorer.pathSpec}))}));
  const onPaths = paths.length === 0 ? [] : await lane.explore(paths);
  const logitOf = (token: number) => setup.specs.logitOf(readOut, token);
  const scores = scorer.score({logitOf, logSumExp: readOut.logSumExp}, onPaths);
  return {...scores, answerTokens, readOut, argmaxIsLabel: scorer.startsLabel(readOut.argmax.token)};
}
