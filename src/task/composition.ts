import type {Document} from "../records/document.ts";
import {goldSet, type LabelledTask} from "./gold.ts";

/** Decimals of a share: enough to tell the parts of up to 999 demonstrations apart. */
const SHARE_DIGITS = 3;

/** How many demonstrations carry at least two labels, exactly one, and none. They add up to `count`. */
export interface Composition {
  readonly count: number;
  readonly multi: number;
  readonly single: number;
  readonly none: number;
}

/**
 * The composition that a rule asks for, which decides P(none) more than anything else in a prompt.
 *
 * round(noneShare · count) carry no label, at least one where noneShare > 0 and count ≥ 2; none where the task has no null
 * label, since an empty answer cannot be written there. round(multiShare · count) carry two or more, as far as the empty
 * ones leave room. The rest carries exactly one. Halves round up.
 * Source: METHODS §1
 */
export function planComposition(rule: {
  readonly count: number;
  readonly multiShare: number;
  readonly noneShare: number;
  readonly hasNull: boolean;
}): Composition {
  const {count, multiShare, noneShare, hasNull} = rule;
  const least = noneShare > 0 && count >= 2 ? 1 : 0;
  const none = hasNull ? Math.min(count, Math.max(least, Math.round(noneShare * count))) : 0;
  const multi = Math.min(count - none, Math.round(multiShare * count));
  return {count, multi, single: count - multi - none, none};
}

/** What can be demonstrated, by the size of its gold set: two labels or more, one, none. */
export interface DemonstrationPools {
  readonly multi: readonly Document[];
  readonly single: readonly Document[];
  readonly none: readonly Document[];
}

/** Documents by their kind, in their order; of documents with the same text the first. @param exclude ids to leave out */
export function demonstrationPools(
  documents: readonly Document[],
  task: LabelledTask,
  exclude?: ReadonlySet<string>,
): DemonstrationPools {
  const pools: Record<keyof DemonstrationPools, Document[]> = {multi: [], single: [], none: []};
  const texts = new Set<string>();
  for (const document of documents) {
    if (exclude?.has(document.id) || texts.has(document.text)) continue;
    texts.add(document.text);
    const size = goldSet(document, task).length;
    pools[size === 0 ? "none" : size === 1 ? "single" : "multi"].push(document);
  }
  return pools;
}

/**
 * The composition nearest to a wanted one that a pool can give: where several labels or none run short, documents of one
 * label stand in, then those of several; what is still missing makes it smaller. Nothing where labels are wanted and
 * only documents without one are there.
 *
 * @param there how many documents of each kind the pool holds
 */
export function fittingComposition(wanted: Composition, there: Omit<Composition, "count">): Composition {
  const none = Math.min(wanted.none, there.none);
  const single = Math.min(wanted.count - none - Math.min(wanted.multi, there.multi), there.single);
  const multi = Math.min(wanted.count - none - single, there.multi);
  if (multi + single === 0 && wanted.none < wanted.count) return {count: 0, multi: 0, single: 0, none: 0};
  return {count: multi + single + none, multi, single, none};
}

/** The share of a kind as a task file, `--multi-share` and `--none-share` write it; planned again it gives that many. */
export function shareOf(composition: Composition, kind: "multi" | "none"): number {
  return composition.count === 0 ? 0 : Number((composition[kind] / composition.count).toFixed(SHARE_DIGITS));
}

/** The composition of given gold sets. */
export function countComposition(goldSets: readonly (readonly string[])[]): Composition {
  const multi = goldSets.filter(gold => gold.length >= 2).length;
  const none = goldSets.filter(gold => gold.length === 0).length;
  return {count: goldSets.length, multi, single: goldSets.length - multi - none, none};
}

/** Whether a task has an answer that says that no label fits: its null label, or an empty list. */
export function saysNothing({
  none,
  emptyList,
}: {
  readonly none?: string | undefined;
  readonly emptyList?: boolean | undefined;
}): boolean {
  return none !== undefined || emptyList === true;
}
