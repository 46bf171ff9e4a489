import type {Document} from "../records/document.ts";
import type {DemonstrationRule, TaskDefinition} from "../records/task.ts";
import {type Composition, demonstrationPools, fittingComposition, planComposition, shareOf} from "./composition.ts";

/** A rule that a train split can follow, and the sentence that says why it is not the usual one. */
export interface FittedRule {
  readonly rule: DemonstrationRule;
  readonly note?: string;
}

/**
 * The demonstrations of a table's task: the usual rule, or the nearest to it that the train split can give.
 *
 * @param train absent where the table has no train split: nothing is demonstrated then
 */
export function tableDemonstrations(
  definition: TaskDefinition,
  wanted: DemonstrationRule,
  train: readonly Document[] | undefined,
): FittedRule {
  const usual = planComposition({...wanted, hasNull: definition.none !== undefined});
  const pools = demonstrationPools(train ?? [], {definition});
  const there = {multi: pools.multi.length, single: pools.single.length, none: pools.none.length};
  const chosen = fittingComposition(usual, there);
  const kinds = ["multi", "single", "none"] as const;
  if (kinds.every(kind => chosen[kind] === usual[kind])) return {rule: wanted};
  const why = train === undefined ? "there is no train split" : `train has ${kindsText(there)}`;
  return {
    rule: {...wanted, count: chosen.count, multiShare: shareOf(chosen, "multi"), noneShare: shareOf(chosen, "none")},
    note: `Demonstrations: ${kindsText(chosen)}. The usual ${kindsText(usual)} cannot be had: ${why}.`,
  };
}

function kindsText({multi, single, none}: Omit<Composition, "count">): string {
  const kinds = [
    {count: multi, what: "with several labels"},
    {count: single, what: "with one label"},
    {count: none, what: "with none"},
  ];
  const parts = kinds.filter(({count}) => count > 0).map(({count, what}) => `${count} ${what}`);
  return parts.length === 0 ? "nothing" : parts.join(", ");
}
