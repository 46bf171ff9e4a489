import {LabelscopeError} from "../errors.ts";
import {createRng} from "../math/rng.ts";
import {shuffle} from "../math/shuffle.ts";

/** By UTF-16 code units, the same everywhere: a locale's order would change prompts between machines. */
function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/**
 * The labels in the order in which a prompt lists them and demonstrations answer with them.
 *
 * `random:SEED` is one order for the whole run; it starts from the alphabetical one, so the task file's order does not
 * matter. The null label is never among them.
 *
 * @param order `alphabetical`, `reversed` (alphabetical backwards), `as-listed` or `random:SEED`
 * @throws LabelscopeError `unknown-label-order` for anything else
 */
export function labelOrder(labels: readonly string[], order: string): string[] {
  const alphabetical = [...labels].sort(compare);
  if (order === "alphabetical") return alphabetical;
  if (order === "reversed") return alphabetical.reverse();
  if (order === "as-listed") return [...labels];
  const seed = /^random:([\w.-]+)$/.exec(order)?.[1];
  if (seed !== undefined) return shuffle(alphabetical, createRng(`${seed}/label-order`));
  throw new LabelscopeError({
    code: "unknown-label-order",
    message: `label order "${order}" is not known`,
    next: "use one of: alphabetical, reversed, as-listed, random:SEED (e.g. random:7)",
    facts: {given: order},
  });
}
