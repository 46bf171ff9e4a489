import {meanValue, type Value} from "../math/bounded.ts";
import type {Trace} from "../records/trace.ts";

/** What the answers of some documents are like, and what stood at their label steps. */
export interface AnswerFacts {
  readonly documents: number;
  readonly wellFormed: number;
  /** The first answer that is not well-formed, if there is one. */
  readonly malformedExample?: {readonly id: string; readonly text: string; readonly problems: readonly string[]};
  readonly distinctAnswers: number;
  /** How many documents got the most common answer, and which that is. */
  readonly mostCommon?: {readonly text: string; readonly documents: number};
  /** Means over documents at the first label step; absent without documents. */
  readonly firstStep?: {
    readonly entropyBits: number;
    /** Bounded if the engine bounds it at some step; absent if it says nothing of it. */
    readonly vocabEntropyBits?: Value;
    readonly labelMass: number;
    /** Share of documents whose best token starts a label. */
    readonly argmaxIsLabel: number;
  };
  /** Mean over all label steps after the first; absent if there is none. */
  readonly laterSteps?: {readonly steps: number; readonly entropyBits: number};
  readonly multiLabelAnswers: number;
  readonly forced: number;
}

/** Gathers the facts trace by trace, so that a run need not be held in memory. */
export class AnswerGatherer {
  readonly #answers = new Map<string, number>();
  readonly #sums = {entropyBits: 0, labelMass: 0, argmaxIsLabel: 0};
  readonly #vocabulary: Value[] = [];
  readonly #later = {steps: 0, entropyBits: 0};
  readonly #counts = {documents: 0, wellFormed: 0, multiLabelAnswers: 0, forced: 0};
  #stepped = 0;
  #malformed: AnswerFacts["malformedExample"];

  add({document, answer, steps}: Trace): void {
    const counts = this.#counts;
    counts.documents++;
    if (answer.wellFormed) counts.wellFormed++;
    else this.#malformed ??= {id: document.id, text: answer.text, problems: answer.problems};
    if (answer.labels.length > 1) counts.multiLabelAnswers++;
    const said = answer.wellFormed ? answer.labels.join(", ") || "(null label)" : answer.text;
    this.#answers.set(said, (this.#answers.get(said) ?? 0) + 1);
    const [first, ...others] = steps;
    this.#later.steps += others.length;
    this.#later.entropyBits += others.reduce((sum, step) => sum + step.entropyBits, 0);
    if (first === undefined) return;
    this.#stepped++;
    if (first.forced) counts.forced++;
    this.#sums.entropyBits += first.entropyBits;
    if (first.vocabEntropyBits !== undefined) this.#vocabulary.push(first.vocabEntropyBits);
    this.#sums.labelMass += first.labelMass;
    this.#sums.argmaxIsLabel += first.argmaxIsLabel ? 1 : 0;
  }

  get facts(): AnswerFacts {
    const {documents, wellFormed, multiLabelAnswers, forced} = this.#counts;
    const [top] = [...this.#answers].sort((a, b) => b[1] - a[1]);
    const later = this.#later;
    const firstStep = this.#firstStep();
    return {
      documents,
      wellFormed,
      ...(this.#malformed === undefined ? {} : {malformedExample: this.#malformed}),
      distinctAnswers: this.#answers.size,
      ...(top === undefined ? {} : {mostCommon: {text: top[0], documents: top[1]}}),
      ...(firstStep === undefined ? {} : {firstStep}),
      ...(later.steps === 0 ? {} : {laterSteps: {steps: later.steps, entropyBits: later.entropyBits / later.steps}}),
      multiLabelAnswers,
      forced,
    };
  }

  #firstStep(): AnswerFacts["firstStep"] {
    if (this.#stepped === 0) return undefined;
    const mean = (sum: number) => sum / this.#stepped;
    const vocabEntropyBits = meanValue(this.#vocabulary);
    return {
      entropyBits: mean(this.#sums.entropyBits),
      ...(vocabEntropyBits === undefined ? {} : {vocabEntropyBits}),
      labelMass: mean(this.#sums.labelMass),
      argmaxIsLabel: mean(this.#sums.argmaxIsLabel),
    };
  }
}

/** The facts of traces that are in memory. */
export function answerFacts(traces: Iterable<Trace>): AnswerFacts {
  const gatherer = new AnswerGatherer();
  for (const trace of traces) gatherer.add(trace);
  return gatherer.facts;
}
