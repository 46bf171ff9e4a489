import type {Rng} from "./rng.ts";

/**
 * A sample without replacement, in random order.
 *
 * With generators in the same state `sample(items, k)` is the first k of `shuffle(items)`, so a sample grows by its end:
 * raising k keeps what was there.
 *
 * @param items left as they are; @param count at least 0; more than there are items gives all of them
 * @throws RangeError for a count that is not a whole number of at least 0
 */
export function sample<T>(items: readonly T[], count: number, rng: Rng): T[] {
  if (!Number.isInteger(count) || count < 0) throw new RangeError(`cannot sample ${count} items`);
  const pool = [...items];
  const taken: T[] = [];
  for (let index = 0; index < pool.length && taken.length < count; index += 1) {
    const other = index + Math.floor(rng() * (pool.length - index));
    const chosen = pool[other];
    const displaced = pool[index];
    // Both indices are below the length; a hole in a sparse array would be the only way to miss.
    if (chosen === undefined || displaced === undefined) throw new RangeError("cannot sample from undefined items");
    pool[other] = displaced;
    taken.push(chosen);
  }
  return taken;
}

/** The items in random order (Fisher–Yates, from the front): every order is equally likely. The input is left as it is. */
export function shuffle<T>(items: readonly T[], rng: Rng): T[] {
  return sample(items, items.length, rng);
}
