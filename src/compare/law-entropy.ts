import {meanOf} from "../dynamics/measure.ts";
import {entropyBits} from "../math/entropy.ts";
import type {Measured} from "../records/results/value.ts";
import type {ComparedTask} from "./compared-task.ts";
import {documentSamples} from "./document-samples.ts";
import type {CompareSettings} from "./settings.ts";

/**
 * How undecided the law behind the annotations is about the first label, in bits, mean over documents: what a model that
 * knows the law reaches at step 1. A model below it is surer than there is reason to be.
 *
 * @returns absent if the data does not carry the law of the first label (`truth.first`) for every document
 */
export function lawEntropy(
  {documents}: Pick<ComparedTask, "documents">,
  settings: Pick<CompareSettings, "seed" | "resamples" | "level">,
): Measured | undefined {
  const laws = documents.flatMap(({truth}) => (truth?.first === undefined ? [] : [Object.values(truth.first)]));
  if (laws.length === 0 || laws.length < documents.length) return undefined;
  const samples = documentSamples(documents.length, settings);
  return meanOf(
    samples,
    laws.map((law, row) => ({row, value: entropyBits(ofSumOne(law))})),
    "no document carries the law",
  );
}

/** Stored with six digits: the sum may be off by a few millionths. */
function ofSumOne(law: readonly number[]): number[] {
  const sum = law.reduce((total, p) => total + p, 0);
  return law.map(p => p / sum);
}
