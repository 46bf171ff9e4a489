import {priceSum, priceTable} from "../schedule/describe-price.ts";
import type {Price} from "../schedule/price.ts";
import type {ExperimentPlan} from "./plan.ts";

/** What an experiment is about to do and what that costs, for a person: a line a run, and the sum. */
export function describePlan(plan: ExperimentPlan, price: Price): string {
  const shared = plan.runs.filter(({sameAs}) => sameAs !== undefined);
  const prompts = new Set(
    shared.map(({setting, sameAs}) => `${setting} sends the prompts of ${sameAs}: one run for both`),
  );
  return [
    `${plan.experiment.title}: ${plan.experiment.summary}`,
    priceTable(price),
    ...prompts,
    ...plan.leftOut.map(({value, reason}) => `left out: ${value} (${reason})`),
    priceSum(price),
    "",
  ].join("\n");
}

/** The same for programs. */
export function planData(plan: ExperimentPlan, price: Price) {
  return {
    experiment: plan.experiment.name,
    settings: plan.settings,
    leftOut: plan.leftOut,
    labelScoring: plan.scoring,
    runs: plan.runs.map(({setting, model, sameAs}) => {
      const priced = price.runs.find(({planned}) => planned.model.folder === model.folder);
      return {
        setting,
        model: model.source.id,
        folder: model.folder,
        ...(sameAs === undefined ? {} : {sameAs}),
        ...(priced === undefined ? {} : {done: priced.done, total: priced.total, cost: priced.cost}),
      };
    }),
    cost: price.cost,
  };
}
