import {meanOf} from "../dynamics/measure.ts";
import type {Measured} from "../records/results/value.ts";
import {documentSamples} from "./document-samples.ts";
import type {CompareSettings} from "./settings.ts";

/** One number a document, in the order of the documents, or none. */
export type DocumentValues = readonly (number | undefined)[];

/**
 * Means over documents with BCa intervals, all of them on the same resamples.
 *
 * @param lists each with one entry a document
 * @param why the reason where no document has a value
 */
export function meansOf(
  lists: readonly DocumentValues[],
  documents: number,
  settings: CompareSettings,
  why: string,
): Measured[] {
  const samples = documentSamples(documents, settings);
  return lists.map(values => {
    const observations = values.flatMap((value, row) => (value === undefined ? [] : [{row, value}]));
    return meanOf(samples, observations, why);
  });
}
