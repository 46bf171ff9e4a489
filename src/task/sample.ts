import {createRng} from "../math/rng.ts";
import {shuffle} from "../math/shuffle.ts";
import type {Document} from "../records/document.ts";

/** How a part of a split is drawn. */
export interface SampleOptions {
  /** At most so many documents; all of them where it is absent. */
  readonly limit?: number;
  readonly seed: number | string;
  /** The share of documents with at least two gold labels, to balance the sample; absent: as they come. */
  readonly multiShare?: number;
  /** A document's gold set; asked only where `multiShare` is given. */
  readonly goldOf: (document: Document) => readonly string[];
}

/**
 * Takes from two orders in turn so that the first n hold round(n · share) of the first order, for every n. Ends where the
 * order whose turn it is has nothing left: the share is kept, not the size.
 */
function interleave<T>(first: readonly T[], second: readonly T[], share: number): T[] {
  const taken: T[] = [];
  let fromFirst = 0;
  for (;;) {
    const wantsFirst = Math.round((taken.length + 1) * share) > fromFirst;
    const item = wantsFirst ? first[fromFirst] : second[taken.length - fromFirst];
    if (item === undefined) return taken;
    taken.push(item);
    if (wantsFirst) fromFirst += 1;
  }
}

/**
 * A seeded sample without replacement, in an order that does not depend on the limit: the first 50 of a limit of 100 are
 * those of a limit of 50, so that raising the limit continues a run.
 *
 * With `multiShare` every prefix of n documents has round(n · multiShare) with at least two gold labels; the sample ends
 * early where one kind runs out, so it may be shorter than the limit (GoEmotions' test split has 430 of them).
 *
 * @throws RangeError for a limit below 0 or a share outside [0, 1]
 * Source: METHODS §3, "Split sizes"
 */
export function sampleDocuments(documents: readonly Document[], options: SampleOptions): Document[] {
  const {limit = documents.length, seed, multiShare, goldOf} = options;
  if (!Number.isInteger(limit) || limit < 0) throw new RangeError(`limit ${limit} is not a number of documents`);
  if (multiShare === undefined) return shuffle(documents, createRng(`${seed}/sample`)).slice(0, limit);
  if (!(multiShare >= 0 && multiShare <= 1)) throw new RangeError(`multiShare ${multiShare} is not in [0, 1]`);
  const multi: Document[] = [];
  const others: Document[] = [];
  for (const document of documents) (goldOf(document).length >= 2 ? multi : others).push(document);
  const order = interleave(
    shuffle(multi, createRng(`${seed}/sample/multi`)),
    shuffle(others, createRng(`${seed}/sample/others`)),
    multiShare,
  );
  return order.slice(0, limit);
}

/**
 * One of `count` parts of a list, by position: part i holds positions i − 1, i − 1 + count … The parts are disjoint, join
 * to the whole, and each grows by its end as the list does.
 *
 * @param shard index from 1 to count, as in `--shard 2/4`
 * @throws RangeError for an index outside that
 */
export function shardOf<T>(items: readonly T[], shard: {readonly index: number; readonly count: number}): T[] {
  const {index, count} = shard;
  if (!Number.isInteger(index) || !Number.isInteger(count) || index < 1 || index > count) {
    throw new RangeError(`shard ${index}/${count}: expected an index from 1 to the count`);
  }
  return items.filter((_, position) => position % count === index - 1);
}
