import type {Rng} from "./rng.ts";
import {shuffle} from "./shuffle.ts";

/** One part held out, and what remains: indices, each in ascending order. */
export interface Fold {
  readonly held: readonly number[];
  readonly rest: readonly number[];
}

/**
 * `count` items dealt at random into `folds` parts for cross-validation; sizes differ by one at most.
 *
 * @throws RangeError for fewer than two folds or fewer items than folds: a part would be empty
 */
export function foldsOf(count: number, folds: number, rng: Rng): Fold[] {
  if (!Number.isInteger(folds) || folds < 2 || count < folds) {
    throw new RangeError(`cannot deal ${count} items into ${folds} folds`);
  }
  const order = shuffle(
    Array.from({length: count}, (_, index) => index),
    rng,
  );
  const fold = new Int32Array(count);
  order.forEach((item, place) => {
    fold[item] = place % folds;
  });
  const indices = Array.from({length: count}, (_, index) => index);
  return Array.from({length: folds}, (_, part) => ({
    held: indices.filter(index => fold[index] === part),
    rest: indices.filter(index => fold[index] !== part),
  }));
}
