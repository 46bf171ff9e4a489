import {createRng} from "../math/rng.ts";
import {shuffle} from "../math/shuffle.ts";
import type {Document} from "../records/document.ts";
import {type Counted, countReasons} from "./estimator.ts";

/** How many times the annotators are split. */
export const SPLITS = 20;

/** One document's annotators in two halves: what one half predicts, and what the other one says. */
export interface HalfSplit {
  /** (k + ½) / (n + 1) for each label: k of the n predicting annotators gave it. Never 0 or 1. */
  readonly q: readonly number[];
  /** The human distribution of the held-out half. */
  readonly human: readonly number[];
  /** Whether at least half of the held-out half gave the label. */
  readonly gold: readonly boolean[];
  readonly predicting: number;
  readonly heldOut: number;
}

/** One document of the ceiling block: its splits, or why it has none. */
export type SplitHalfDocument =
  | {readonly id: string; readonly splits: readonly HalfSplit[]}
  | {readonly id: string; readonly reason: string};

/** The ceiling block: how well people predict people, and what every other row of the block is scored against. */
export interface SplitHalf {
  readonly splits: number;
  readonly documents: readonly SplitHalfDocument[];
  /** Documents with splits. */
  readonly usable: number;
  readonly leftOut: readonly Counted[];
}

/**
 * Splits the annotators of every document into two halves, 20 times, and lets one half predict the other.
 *
 * Half against half is noisier than a model against all annotators, so every row of the block is scored against the same
 * held-out half and the block stands apart from the main table. With an odd number of annotators the odd one goes to
 * either half by a fair coin, so that neither is favoured on average. A document with fewer than two annotators, or with
 * aggregated labels, has a reason and is counted.
 *
 * Each document and split has its own stream of the seed: the halves depend neither on the order of the documents nor on
 * which others are there. (The annotators' order in the document does matter.)
 *
 * @param labels the order of the numbers, without the null label
 * @param options.seed recorded with the results; `splits` default 20
 * Source: METHODS §3, the ceiling block
 */
export function splitHalf(
  documents: readonly Document[],
  labels: readonly string[],
  options: {readonly seed: number | string; readonly splits?: number},
): SplitHalf {
  const {seed, splits = SPLITS} = options;
  if (!Number.isInteger(splits) || splits < 1) throw new RangeError(`cannot split annotators ${splits} times`);
  const halved = documents.map((document): SplitHalfDocument => {
    const {id, annotations} = document;
    if (annotations === undefined) return {id, reason: "its labels are aggregated: there are no annotators to split"};
    if (annotations.length < 2) return {id, reason: "it has one annotator"};
    const once = (_: unknown, split: number) => halfSplit(annotations, labels, createSplitRng({seed, id, split}));
    return {id, splits: Array.from({length: splits}, once)};
  });
  const reasons = halved.flatMap(document => ("reason" in document ? [document.reason] : []));
  return {splits, documents: halved, usable: documents.length - reasons.length, leftOut: countReasons(reasons)};
}

function createSplitRng({seed, id, split}: {seed: number | string; id: string; split: number}) {
  return createRng(`${seed}/split-half/${split}/${id}`);
}

function halfSplit(
  annotations: readonly (readonly string[])[],
  labels: readonly string[],
  rng: () => number,
): HalfSplit {
  const coin = rng() < 0.5 ? Math.floor : Math.ceil;
  const predicting = coin(annotations.length / 2);
  const mixed = shuffle(annotations, rng);
  const [some, others] = [mixed.slice(0, predicting), mixed.slice(predicting)];
  const count = (sets: readonly (readonly string[])[], label: string) => sets.filter(set => set.includes(label)).length;
  return {
    q: labels.map(label => (count(some, label) + 0.5) / (some.length + 1)),
    human: labels.map(label => count(others, label) / others.length),
    gold: labels.map(label => 2 * count(others, label) >= others.length),
    predicting,
    heldOut: others.length,
  };
}

/** A document as the metrics take it. */
export interface HeldOutDocument {
  readonly id: string;
  readonly q: readonly number[] | undefined;
  readonly human: readonly number[];
  readonly gold: readonly boolean[];
}

/**
 * One split of the block, ready to be scored: the documents that have annotators to split, against their held-out half.
 *
 * @param split from 0
 * @param estimates the estimates of another row of the block by document; without them, those of `split-half` itself. A
 *   document that is not in it has no estimate there
 * @throws RangeError for a split that was not made
 */
export function heldOutDocuments(
  block: SplitHalf,
  split: number,
  estimates?: ReadonlyMap<string, readonly number[]>,
): HeldOutDocument[] {
  return block.documents.flatMap(document => {
    if ("reason" in document) return [];
    const half = document.splits[split];
    if (half === undefined) throw new RangeError(`split ${split} of ${block.splits}`);
    const q = estimates === undefined ? half.q : estimates.get(document.id);
    return [{id: document.id, q, human: half.human, gold: half.gold}];
  });
}
