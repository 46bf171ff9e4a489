import {formatBytes} from "../catalog/format-bytes.ts";
import {alignColumns} from "../catalog/table.ts";
import {formatMinutes} from "./decline.ts";
import type {ExperimentPlan} from "./plan.ts";
import type {Price} from "./price.ts";

/** What an experiment is about to do and what that costs, for a person: a line a run, and the sum. */
export function describePlan(plan: ExperimentPlan, price: Price): string {
  const {cost} = price;
  const head = ["setting", "model", "captured", "tokens to go", "time"];
  const rows = price.runs.map(({planned, done, total, finished, cost: own}) => [
    planned.setting,
    planned.model.resolved.id,
    `${done}/${total}`,
    String(own.tokens),
    finished ? "done" : own.seconds === undefined ? "not known" : formatMinutes(own.seconds / 60),
  ]);
  const shared = plan.runs.filter(({sameAs}) => sameAs !== undefined);
  const todo = price.runs.filter(({finished}) => !finished).length;
  const prompts = new Set(
    shared.map(({setting, sameAs}) => `${setting} sends the prompts of ${sameAs}: one run for both`),
  );
  return [
    `${plan.experiment.title}: ${plan.experiment.summary}`,
    alignColumns([head, ...rows], [2, 3, 4]),
    ...prompts,
    ...plan.leftOut.map(({value, reason}) => `left out: ${value} (${reason})`),
    `${price.runs.length} runs, ${price.runs.length - todo} of them there already; ${cost.documents} documents and ${cost.tokens} tokens to go, ` +
      `about ${cost.seconds === undefined ? "an unknown time" : formatMinutes(cost.seconds / 60)} and ` +
      `${cost.bytes === undefined ? "an unknown size" : formatBytes(cost.bytes)} on disk`,
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
        model: model.resolved.id,
        folder: model.folder,
        ...(sameAs === undefined ? {} : {sameAs}),
        ...(priced === undefined ? {} : {done: priced.done, total: priced.total, cost: priced.cost}),
      };
    }),
    cost: price.cost,
  };
}
