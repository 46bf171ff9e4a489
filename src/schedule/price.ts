import type {KnownRun, SpeedOf} from "./calibrate.ts";
import {addCosts, type Cost, costOf} from "./cost.ts";
import type {PlannedRun} from "./planned-run.ts";

/** What one run of a plan will take. */
export interface PricedRun {
  readonly planned: PlannedRun;
  readonly finished: boolean;
  /** Records that are there, and that there will be. */
  readonly done: number;
  readonly total: number;
  readonly cost: Cost;
}

/** What a whole plan will take. */
export interface Price {
  readonly runs: readonly PricedRun[];
  readonly cost: Cost;
}

/** Prices every run that is captured, at the speed of its model. */
export function priceOf(runs: readonly KnownRun[], speeds: SpeedOf): Price {
  const priced = runs.map(({planned, state}): PricedRun => {
    const {answerBudget} = planned.model.labels;
    const {measures, openSeconds = 0} = speeds.get(planned.model.spec) ?? {measures: {}};
    const cost = costOf(state.missing, measures, {answerBudget});
    const {finished, done, total} = state;
    const seconds = cost.seconds === undefined || finished ? cost.seconds : cost.seconds + openSeconds;
    return {planned, finished, done, total, cost: {...cost, ...(seconds === undefined ? {} : {seconds})}};
  });
  return {runs: priced, cost: addCosts(priced.map(({cost}) => cost))};
}
