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
  const why =
    train === undefined
      ? "there is no train split"
      : `of the ${usual.count} usual ones (${kindsText(usual)}) train has ${kindsText(there)}`;
  const what =
    chosen.count === 0
      ? "nothing is demonstrated (demonstrations.count 0)"
      : `the task demonstrates ${chosen.count}: ${kindsText(chosen)}`;
  return {
    rule: {...wanted, count: chosen.count, multiShare: shareOf(chosen, "multi"), noneShare: shareOf(chosen, "none")},
    note: `Demonstrations: ${why}, so ${what}.`,
  };
}

function kindsText({multi, single, none}: Omit<Composition, "count">): string {
  return `${multi} with several labels, ${single} with one, ${none} without`;
}
