import {counted} from "../counted.ts";
import {priceSum, priceTable} from "../schedule/describe-price.ts";
import type {Price} from "../schedule/price.ts";
import type {StudyPlan} from "./plan-study.ts";
import type {ReadStudy} from "./read-study.ts";

/** What a study is about to do and what that costs, for a person. */
export function describeStudy({study, name}: ReadStudy, {runs, experiments}: StudyPlan, price: Price): string {
  const shared = runs.filter(({sameAs}) => sameAs !== undefined);
  const predictions = Object.keys(study.predictions);
  return [
    `${study.title ?? name}: task ${runs[0]?.plan.task.definition.id ?? ""}, ${counted(study.models.length, "model")}`,
    priceTable(price),
    ...shared.map(({setting, sameAs, model}) => `${model.source.id}: ${setting} is the run of ${sameAs}`),
    ...experiments.flatMap(({plan}) =>
      plan.leftOut.map(({value, reason}) => `${plan.experiment.name}: left out ${value} (${reason})`),
    ),
    ...(predictions.length === 0 ? [] : [`predictions made elsewhere: ${predictions.join(", ")}`]),
    priceSum(price),
    "",
  ].join("\n");
}

/** The same for programs. */
export function studyPlanData({study, name}: ReadStudy, {experiments}: StudyPlan, price: Price) {
  return {
    study: name,
    ...(study.title === undefined ? {} : {title: study.title}),
    runs: price.runs.map(({planned, done, total, cost}) => ({
      setting: planned.setting,
      model: planned.model.source.id,
      folder: planned.model.folder,
      done,
      total,
      cost,
    })),
    experiments: experiments.map(({plan}) => ({
      experiment: plan.experiment.name,
      settings: plan.settings,
      leftOut: plan.leftOut,
    })),
    predictions: Object.keys(study.predictions),
    cost: price.cost,
  };
}
export type StudyPlanData = ReturnType<typeof studyPlanData>;
