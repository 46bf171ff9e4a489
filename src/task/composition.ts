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

/** The composition of given gold sets. */
export function countComposition(goldSets: readonly (readonly string[])[]): Composition {
  const multi = goldSets.filter(gold => gold.length >= 2).length;
  const none = goldSets.filter(gold => gold.length === 0).length;
  return {count: goldSets.length, multi, single: goldSets.length - multi - none, none};
}
