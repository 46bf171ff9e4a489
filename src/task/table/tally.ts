import type {Counted} from "../task.ts";

/** Counts by reason, in the order in which the reasons first came. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(reason: string, count = 1): void {
    if (count > 0) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  get counted(): Counted[] {
    return [...this.#counts].map(([reason, count]) => ({reason, count}));
  }
}
