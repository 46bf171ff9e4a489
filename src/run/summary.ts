import {meanValue, type Value} from "../math/bounded.ts";
import type {Trace} from "../records/trace.ts";

/** What a person wants to know of a run at once, over all its documents of the test split. */
export interface RunSummary {
  readonly documents: number;
  readonly wellFormed: number;
  /** An answer that is not well-formed, where there is one. */
  readonly malformedExample?: {readonly id: string; readonly text: string; readonly problems: readonly string[]};
  readonly distinctAnswers: number;
  /** How many documents got the most common answer, and which that is. */
  readonly mostCommon?: {readonly text: string; readonly documents: number};
  /** Means over documents at the first label step; absent without documents. */
  readonly firstStep?: {
    readonly entropyBits: number;
    /** Bounded where the engine bounds it at some step; absent where it says nothing of it. */
    readonly vocabEntropyBits?: Value;
    readonly labelMass: number;
    /** Share of documents whose best token starts a label. */
    readonly argmaxIsLabel: number;
  };
  /** Mean over all label steps after the first; absent where there is none. */
  readonly laterSteps?: {readonly steps: number; readonly entropyBits: number};
  readonly multiLabelAnswers: number;
  readonly forced: number;
}

/** Reads through the traces of a run once; those of other splits than test are left out. */
export async function summariseTraces(traces: AsyncIterable<Trace>): Promise<RunSummary> {
  const answers = new Map<string, number>();
  const sums = {entropyBits: 0, labelMass: 0, argmaxIsLabel: 0};
  const vocabulary: Value[] = [];
  const later = {steps: 0, entropyBits: 0};
  let [documents, stepped, wellFormed, multiLabelAnswers, forced] = [0, 0, 0, 0, 0];
  let malformedExample: RunSummary["malformedExample"];
  for await (const {split, document, answer, steps} of traces) {
    if (split !== "test") continue;
    documents++;
    if (answer.wellFormed) wellFormed++;
    else malformedExample ??= {id: document.id, text: answer.text, problems: answer.problems};
    if (answer.labels.length > 1) multiLabelAnswers++;
    const said = answer.wellFormed ? answer.labels.join(", ") || "(null label)" : answer.text;
    answers.set(said, (answers.get(said) ?? 0) + 1);
    const [first, ...others] = steps;
    later.steps += others.length;
    later.entropyBits += others.reduce((sum, step) => sum + step.entropyBits, 0);
    if (first === undefined) continue;
    stepped++;
    if (first.forced) forced++;
    sums.entropyBits += first.entropyBits;
    if (first.vocabEntropyBits !== undefined) vocabulary.push(first.vocabEntropyBits);
    sums.labelMass += first.labelMass;
    sums.argmaxIsLabel += first.argmaxIsLabel ? 1 : 0;
  }
  const [top] = [...answers].sort((a, b) => b[1] - a[1]);
  const mean = (sum: number) => sum / stepped;
  const vocabEntropyBits = meanValue(vocabulary);
  return {
    documents,
    wellFormed,
    ...(malformedExample === undefined ? {} : {malformedExample}),
    distinctAnswers: answers.size,
    ...(top === undefined ? {} : {mostCommon: {text: top[0], documents: top[1]}}),
    ...(stepped === 0
      ? {}
      : {
          firstStep: {
            entropyBits: mean(sums.entropyBits),
            ...(vocabEntropyBits === undefined ? {} : {vocabEntropyBits}),
            labelMass: mean(sums.labelMass),
            argmaxIsLabel: mean(sums.argmaxIsLabel),
          },
        }),
    ...(later.steps === 0 ? {} : {laterSteps: {steps: later.steps, entropyBits: later.entropyBits / later.steps}}),
    multiLabelAnswers,
    forced,
  };
}

/** What should make a person think twice about a run. */
export function warningsOf(summary: RunSummary): string[] {
  const {documents, wellFormed, malformedExample, mostCommon, firstStep} = summary;
  const warnings: string[] = [];
  if (documents === 0) return warnings;
  const percent = (part: number) => `${Math.round((100 * part) / documents)} %`;
  if (malformedExample !== undefined && wellFormed < 0.8 * documents) {
    warnings.push(
      `only ${wellFormed} of ${documents} answers are well-formed (${percent(wellFormed)}); e.g. document "${malformedExample.id}": ` +
        `${JSON.stringify(malformedExample.text)} (${malformedExample.problems.join(", ")})`,
    );
  }
  if (documents >= 10 && mostCommon !== undefined && mostCommon.documents > 0.8 * documents) {
    warnings.push(
      `${percent(mostCommon.documents)} of the answers are the same (${mostCommon.text}): ` +
        "a distribution that ignores the document is not a belief about it",
    );
  }
  if (firstStep !== undefined && firstStep.labelMass < 0.5) {
    warnings.push(
      `the labels hold ${firstStep.labelMass.toFixed(2)} of the probability at the first label step on average: ` +
        "the label distribution describes what the model was mostly not about to say",
    );
  }
  return warnings;
}
