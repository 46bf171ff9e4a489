import {lowerOf} from "../../math/bounded.ts";
import type {Document} from "../../records/document.ts";
import type {Manifest} from "../../records/manifest.ts";
import type {LabelStep, Trace} from "../../records/trace.ts";
import {
  type Damage,
  firstOf,
  labelsWithoutNone,
  type Meaning,
  TOLERANCE,
  unknownLabel,
  wrongLength,
} from "./meaning.ts";

/** Bits of an entropy over more tokens than any vocabulary has. */
const MOST_VOCABULARY_BITS = 32;

/** A trace: arrays against the manifest's labels, distributions that sum to 1, entropies that can be, labels that are known. */
export const traceMeaning: Meaning<Trace> = (trace, manifest) => {
  const {answer, document, steps} = trace;
  const known = labelsWithoutNone(manifest);
  if (new Set(answer.labels).size < answer.labels.length)
    return {field: "answer.labels", problem: "a label stands twice"};
  return (
    unknownLabel("answer.labels", answer.labels, known) ??
    annotationMeaning(document, known) ??
    firstOf(steps, (step, i) => {
      const found = stepMeaning(step, steps[i - 1], manifest) ?? rowMeaning(step, trace.schema);
      return found === undefined ? undefined : {...found, field: `steps[${i}].${found.field}`};
    })
  );
};

/** The labels that annotators gave. */
export function annotationMeaning({annotations, labels}: Document, known: readonly string[]): Damage | undefined {
  return (
    unknownLabel("document.labels", labels ?? [], known) ??
    firstOf(annotations ?? [], (given, i) => unknownLabel(`document.annotations[${i}]`, given, known))
  );
}

function stepMeaning(step: LabelStep, before: LabelStep | undefined, {labels}: Manifest): Damage | undefined {
  const {scores, probabilities, entropyBits, vocabEntropyBits, branch, emitted, topTokens} = step;
  const lengths =
    wrongLength("scores", scores.length, labels.length) ??
    wrongLength("probabilities", probabilities.length, labels.length);
  if (lengths !== undefined) return lengths;
  if (before !== undefined && step.r <= before.r) return {field: "r", problem: `${step.r} follows ${before.r}`};
  const sum = probabilities.reduce((total, p) => total + p, 0);
  if (Math.abs(sum - 1) > TOLERANCE) return {field: "probabilities", problem: `they sum to ${sum}`};
  if (entropyBits > Math.log2(labels.length) + TOLERANCE)
    return {field: "entropyBits", problem: `${entropyBits} bits over ${labels.length} labels`};
  if (vocabEntropyBits !== undefined && lowerOf(vocabEntropyBits) > MOST_VOCABULARY_BITS)
    return {field: "vocabEntropyBits", problem: `${vocabEntropyBits} bits over a vocabulary`};
  const least = branch === undefined ? 0 : lowerOf(branch.close) + lowerOf(branch.goOn);
  if (least > 1 + TOLERANCE) return {field: "branch", problem: `close and goOn sum to ${least} at least`};
  if (new Set(topTokens.map(({token}) => token)).size < topTokens.length)
    return {field: "topTokens", problem: "a token stands twice"};
  return (
    unknownLabel("top", [step.top], labels) ??
    unknownLabel("second", [step.second], labels) ??
    (emitted.label === undefined ? undefined : unknownLabel("emitted.label", [emitted.label], labels))
  );
}

function rowMeaning({logitsRow, logitsSum}: LabelStep, schema: number): Damage | undefined {
  if (schema < 2 || logitsRow === undefined || logitsSum !== undefined) return undefined;
  return {field: "logitsSum", problem: "it is missing"};
}
