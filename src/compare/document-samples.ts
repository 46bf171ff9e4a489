import {drawSamples, type Samples} from "../dynamics/measure.ts";
import {createRng} from "../math/rng.ts";
import {drawWeights, strataOf, type Weights} from "../stats/weights.ts";
import type {CompareSettings} from "./settings.ts";

/** What decides which documents are drawn. */
type Drawing = Pick<CompareSettings, "seed" | "resamples" | "level">;

/** More numbers than this (80 MB) are drawn again each time and not kept. */
const MOST_KEPT = 20_000_000;

let last: {readonly key: string; readonly samples: Samples} | undefined;

/**
 * The resamples of the compared documents: the same for every number of a comparison, so that differences are paired.
 *
 * The last ones are kept, since a comparison asks for them hundreds of times; nobody may write to them.
 */
export function documentSamples(documents: number, settings: Drawing): Samples {
  const key = JSON.stringify([documents, settings.seed, settings.resamples, settings.level]);
  if (last?.key === key) return last.samples;
  const samples = drawSamples(documents, {...settings, rng: createRng(`${settings.seed}/documents`)});
  last = documents * settings.resamples > MOST_KEPT ? undefined : {key, samples};
  return samples;
}

/** Calls `visit` with each resample of `documentSamples`, holding one at a time where there are too many to keep. */
export function eachResample(documents: number, settings: Drawing, visit: (weights: Weights) => void): void {
  if (documents * settings.resamples <= MOST_KEPT) {
    documentSamples(documents, settings).weights.forEach(visit);
    return;
  }
  const rng = createRng(`${settings.seed}/documents`);
  const strata = strataOf(documents);
  const weights = new Int32Array(documents);
  for (let round = 0; round < settings.resamples; round += 1) {
    drawWeights(weights, strata, rng);
    visit(weights);
  }
}
