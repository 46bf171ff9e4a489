import {smallest} from "../math/extremes.ts";
import type {Rng} from "../math/rng.ts";
import {drawWeights, onceEach, strataOf, type Weights} from "./weights.ts";

/** A number computed from a weighted set of documents, such as a metric on a resample. */
export interface Statistic {
  /** How many documents bear on it; fewer than were resampled where some are left out. */
  readonly documents: number;
  /** Its value when document i counts weights[i] times; `undefined` where it has none. */
  value(weights: Weights): number | undefined;
  /** Statistics with the same one have the same value on any weights: `resample` evaluates one of them. */
  readonly sameAs?: string;
}

/** What the bootstrap knows about one statistic, from which every interval and p-value is made. */
export interface Draws {
  readonly documents: number;
  /** The value on the sample itself. */
  readonly estimate: number | undefined;
  /** The value on each resample, `undefined` where the statistic had none there. */
  readonly replicates: readonly (number | undefined)[];
  /**
   * How far each document (or block of documents) pulls the estimate, from leaving it out: for the acceleration of BCa.
   * `undefined` where leaving one out leaves no value, or where they were not asked for.
   */
  readonly influences: readonly number[] | undefined;
}

export interface ResampleOptions {
  /** How many documents there are to draw from: the length of the weights. */
  readonly documents: number;
  /** Default 2000. */
  readonly resamples?: number;
  readonly rng: Rng;
  /** The stratum of each document; each resample then keeps the size of every stratum. */
  readonly strata?: readonly (string | number)[];
  /** Whether the influences are computed (one evaluation a block); default true. */
  readonly influences?: boolean;
}

/** Resamples that a statistic is evaluated on in a row, while what it looks at is near. */
const BLOCK = 16;
/** More documents than this are left out in blocks, so that BCa stays cheap on large samples. */
const MOST_BLOCKS = 1000;

/**
 * Evaluates statistics on bootstrap resamples of the documents, all of them on the same resamples.
 *
 * The same resamples make comparisons paired: the draws of a difference are the differences of the draws
 * (`subtractDraws`). Documents are drawn with replacement, within strata where there are any.
 *
 * With no documents every estimate is `undefined` and there are no replicates. A resample in which a statistic has no
 * value (the only gold label was not drawn) stays in the list as `undefined`, so that pairs stay pairs.
 *
 * @returns one entry a statistic, in their order
 * @throws RangeError for a number of resamples that is not a whole number ≥ 1
 * Source: METHODS §4; Efron & Tibshirani 1993, chapters 6 and 14
 */
export function resample(statistics: readonly Statistic[], options: ResampleOptions): Draws[] {
  const {distinct, placeOf} = distinctOf(statistics);
  const drawn = resampleEach(distinct, options);
  return statistics.flatMap(({documents}, index) => {
    const draws = drawn[placeOf[index] ?? 0];
    return draws === undefined ? [] : [{...draws, documents}];
  });
}

/** The statistics that have to be evaluated, and where among them each one finds its values. */
function distinctOf(statistics: readonly Statistic[]) {
  const distinct: Statistic[] = [];
  const places = new Map<string, number>();
  const placeOf = statistics.map(statistic => {
    const {sameAs} = statistic;
    const known = sameAs === undefined ? undefined : places.get(sameAs);
    if (known !== undefined) return known;
    if (sameAs !== undefined) places.set(sameAs, distinct.length);
    return distinct.push(statistic) - 1;
  });
  return {distinct, placeOf};
}

function resampleEach(statistics: readonly Statistic[], options: ResampleOptions): Draws[] {
  const {documents, rng} = options;
  const resamples = options.resamples ?? 2000;
  if (!Number.isInteger(resamples) || resamples < 1) throw new RangeError(`cannot take ${resamples} resamples`);
  const strata = strataOf(documents, options.strata);
  const replicates = statistics.map((): (number | undefined)[] => []);
  const block = Array.from({length: BLOCK}, () => new Int32Array(documents));
  for (let round = 0; documents > 0 && round < resamples; round += BLOCK) {
    const drawn = block.slice(0, resamples - round);
    for (const weights of drawn) drawWeights(weights, strata, rng);
    statistics.forEach((statistic, index) => {
      for (const weights of drawn) replicates[index]?.push(statistic.value(weights));
    });
  }
  const ones = onceEach(documents);
  const influences = options.influences === false ? [] : jackknife(statistics, documents, strata);
  return statistics.map((statistic, index) => ({
    documents: statistic.documents,
    estimate: documents === 0 ? undefined : statistic.value(ones),
    replicates: replicates[index] ?? [],
    influences: influences[index],
  }));
}

/**
 * The pull of each document on each statistic: (1 − g/n)·(mean of the left-out values − value without the block), for a
 * block of g of the n documents of its stratum.
 *
 * A block is one document up to 1000 documents and every 1000th document beyond: the acceleration that BCa makes of the
 * pulls has the same expectation for blocks, and a standard error near 0.41/1000.
 */
function jackknife(
  statistics: readonly Statistic[],
  documents: number,
  strata: readonly Int32Array[],
): (number[] | undefined)[] {
  const pulls = statistics.map((): number[] | undefined => []);
  const weights = onceEach(documents);
  for (const stratum of strata) {
    // A stratum of one is always drawn whole: it does not vary, and its document has no pull.
    if (stratum.length < 2) continue;
    const blocks = blocksOf(
      stratum,
      Math.max(2, Math.ceil((MOST_BLOCKS * stratum.length) / Math.max(documents, MOST_BLOCKS))),
    );
    const without = statistics.map((): (number | undefined)[] => []);
    for (const block of blocks) {
      for (const document of block) weights[document] = 0;
      statistics.forEach((statistic, index) => {
        without[index]?.push(statistic.value(weights));
      });
      for (const document of block) weights[document] = 1;
    }
    without.forEach((values, index) => {
      const known = values.filter(value => value !== undefined);
      const mean = known.reduce((sum, value) => sum + value, 0) / values.length;
      const soFar = pulls[index];
      if (known.length < values.length || soFar === undefined) pulls[index] = undefined;
      else
        known.forEach((value, at) => {
          soFar.push((1 - (blocks[at]?.length ?? 0) / stratum.length) * (mean - value));
        });
    });
  }
  return pulls;
}

/** Deals documents into at most `count` blocks, like cards. */
function blocksOf(stratum: Int32Array, count: number): number[][] {
  const blocks = Array.from({length: Math.min(count, stratum.length)}, (): number[] => []);
  stratum.forEach((document, at) => {
    blocks[at % blocks.length]?.push(document);
  });
  return blocks;
}

/**
 * The draws of a number made of several that `resample` drew together, such as a difference: a paired bootstrap.
 *
 * A resample in which one of them has no value has none. The documents' pulls are combined in the same way, so `combine` has to
 * be linear and without a constant.
 *
 * @param combine from one value of each, in their order; the array is used again at the next call
 * @throws RangeError if they do not have the same number of resamples: then they were not drawn together
 */
export function combineDraws(list: readonly Draws[], combine: (values: readonly number[]) => number): Draws {
  const [first] = list;
  const other = list.find(({replicates}) => replicates.length !== first?.replicates.length);
  if (first !== undefined && other !== undefined) {
    throw new RangeError(`${first.replicates.length} against ${other.replicates.length} resamples: not drawn together`);
  }
  const values = new Array<number>(list.length).fill(0);
  const combined = (read: (draws: Draws) => number | undefined): number | undefined => {
    for (const [at, draws] of list.entries()) {
      const value = read(draws);
      if (value === undefined) return undefined;
      values[at] = value;
    }
    return combine(values);
  };
  const pulled = list.every(({influences}) => influences?.length === first?.influences?.length);
  return {
    documents: smallest(list.map(({documents}) => documents)),
    estimate: combined(({estimate}) => estimate),
    replicates: (first?.replicates ?? []).map((_, at) => combined(({replicates}) => replicates[at])),
    influences: pulled
      ? first?.influences?.map((_, at) => combined(({influences}) => influences?.[at]) ?? 0)
      : undefined,
  };
}

/** The draws of left − right. */
export function subtractDraws({left, right}: {readonly left: Draws; readonly right: Draws}): Draws {
  return combineDraws([left, right], ([one = 0, other = 0]) => one - other);
}
