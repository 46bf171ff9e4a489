import {createRng} from "../math/rng.ts";
import {type Measured, measured} from "../records/results/value.ts";
import {resample, type Statistic} from "../stats/draws.ts";
import {bootstrapInterval} from "../stats/interval.ts";
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
  const draws = resample(lists.map(meanStatistic), {
    documents,
    resamples: settings.resamples,
    rng: createRng(`${settings.seed}/documents`),
  });
  return draws.map(drawn =>
    measured(
      {value: drawn.estimate, reason: why, n: drawn.documents},
      bootstrapInterval(drawn, {method: "bca", level: settings.level}),
    ),
  );
}

/** The mean over the documents that have a value. */
function meanStatistic(values: DocumentValues): Statistic {
  const rows = Int32Array.from(values.flatMap((value, row) => (value === undefined ? [] : [row])));
  const known = Float64Array.from(values.filter(value => value !== undefined));
  return {
    documents: rows.length,
    value: weights => {
      let sum = 0;
      let count = 0;
      for (let index = 0; index < rows.length; index += 1) {
        const weight = weights[rows[index] ?? 0] ?? 0;
        sum += weight * (known[index] ?? 0);
        count += weight;
      }
      return count === 0 ? undefined : sum / count;
    },
  };
}
