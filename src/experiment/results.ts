import {taskOfRuns} from "../compare/compared-task.ts";
import {warningsOfRun} from "../compare/warnings.ts";
import {EXPERIMENT_SCHEMA, type ExperimentResults, type ExperimentRun} from "../records/results/experiment.ts";
import type {Warning} from "../records/results/runs.ts";
import {runNameOf} from "../schedule/planned-run.ts";
import type {FinishedRun} from "../schedule/read-finished.ts";
import {modelHash} from "../store/model-contents.ts";
import {version} from "../version.ts";
import {modelsOf} from "./material.ts";
import type {ExperimentPlan} from "./plan.ts";
import type {ExperimentRequest} from "./request.ts";
import {resamplingOf} from "./resampling.ts";

/** experiment.json of a finished plan: pure, so that the same records give the same file. */
export function resultsOf(
  plan: ExperimentPlan,
  finished: readonly FinishedRun[],
  settings: Pick<ExperimentRequest, "seed" | "resamples" | "level">,
): ExperimentResults {
  const distinct = [...new Map(finished.map(({run}) => [run.name, run])).values()];
  const {documents, ...task} = taskOfRuns(distinct);
  const {seed, resamples, level} = settings;
  const resampling = resamplingOf({documents: documents.length, seed, resamples, level});
  const {experiment, estimators} = plan;
  return {
    schema: EXPERIMENT_SCHEMA,
    labelscope: version,
    experiment: experiment.name,
    title: experiment.title,
    task: {...task, labels: [...task.labels], documents: documents.length, labelScoring: plan.scoring},
    settings: {
      values: [...plan.settings],
      leftOut: plan.leftOut.map(one => ({...one})),
      estimators: [...estimators],
      seed,
      resamples,
      level,
    },
    runs: finished.map(describeRun),
    tables: experiment.tables({models: modelsOf(finished), estimators, resampling}),
    warnings: [...planWarnings(plan, finished), ...distinct.flatMap(run => warningsOfRun(run, taskOfRuns(distinct)))],
  };
}

function describeRun({planned, run: {manifest}}: FinishedRun): ExperimentRun {
  const {prompt, identity, model} = manifest;
  return {
    run: runNameOf(planned),
    model: model.id,
    setting: planned.setting,
    ...(planned.sameAs === undefined ? {} : {sameAs: planned.sameAs}),
    identity,
    modelSha256: modelHash(model),
    promptHash: prompt.hash,
    labelOrder: [...prompt.labelOrder],
    demonstrations: prompt.composition,
  };
}

/** What a reader of the tables should know that no single run says. */
function planWarnings({leftOut, scoring, experiment}: ExperimentPlan, finished: readonly FinishedRun[]): Warning[] {
  const shared = finished.filter(({planned}) => planned.sameAs !== undefined);
  const pairs = new Set(shared.map(({planned}) => `${planned.setting} as ${planned.sameAs}`));
  return [
    ...leftOut.map(({value, reason}) => ({code: "setting-left-out", text: `${value} was left out: ${reason}`})),
    ...(pairs.size === 0
      ? []
      : [
          {
            code: "same-prompts",
            text: `settings that send the same prompts and share their runs: ${[...pairs].join(", ")}`,
          },
        ]),
    ...(scoring === "exact" && experiment.varies === "format"
      ? [{code: "exact-scoring", text: "whole labels are scored in every setting"}]
      : []),
  ];
}
