import {readdir, readFile} from "node:fs/promises";
import {join} from "node:path";
import type {ComparedDocument} from "../../src/compare/compared-run.ts";
import type {Engine} from "../../src/engine/engine.ts";
import type {Material, SettingRun} from "../../src/experiment/experiment.ts";
import {EXPERIMENT_DEFAULTS, type ExperimentRequest} from "../../src/experiment/request.ts";
import {resamplingOf} from "../../src/experiment/resampling.ts";
import {type ExperimentHooks, type ExperimentOutcome, runExperiment} from "../../src/experiment/run-experiment.ts";
import {type ExperimentResults, experimentSchema} from "../../src/records/results/experiment.ts";
import {run} from "../dynamics/support.ts";
import {engineOf, optionsOf, type Workspace} from "../run/workspace.ts";

/** Asks for `label-order` on three orders unless told otherwise, with few resamples. */
export function requestOf(
  place: Workspace,
  {
    run: changes,
    ...rest
  }: Partial<Omit<ExperimentRequest, "run">> & {readonly run?: Partial<ExperimentRequest["run"]>} = {},
): ExperimentRequest {
  return {
    ...EXPERIMENT_DEFAULTS,
    experiment: "label-order",
    ...(rest.experiment === undefined ? {values: ["alphabetical", "reversed", "random:1"]} : {}),
    resamples: 50,
    ...rest,
    run: optionsOf(place, {out: "runs", ...changes}),
  };
}

export async function experiment(
  place: Workspace,
  changes: Parameters<typeof requestOf>[1] = {},
  {engine = engineOf(), ...hooks}: Partial<ExperimentHooks> & {readonly engine?: Engine} = {},
): Promise<ExperimentOutcome> {
  return await runExperiment(engine, requestOf(place, changes), placeOf(place), {
    signal: new AbortController().signal,
    ...hooks,
  });
}

export function placeOf({folder}: Workspace) {
  return {cwd: folder, env: {LABELSCOPE_HOME: join(folder, "home")}};
}

/** What a finished experiment wrote to experiment.json. */
export async function writtenBy(place: Workspace, outcome: ExperimentOutcome): Promise<ExperimentResults> {
  if (outcome.kind !== "finished") throw new Error(`the experiment is ${outcome.kind}`);
  return experimentSchema.parse(
    JSON.parse(await readFile(join(place.folder, outcome.folder, "experiment.json"), "utf8")),
  );
}

/** How many traces each run folder holds. */
export async function traceCounts({folder}: Workspace, runs = "runs"): Promise<number[]> {
  const names = await readdir(join(folder, runs)).catch(() => []);
  return await Promise.all(
    names.map(async name => {
      const text = await readFile(join(folder, runs, name, "traces.jsonl"), "utf8").catch(() => "");
      return text.split("\n").length - 1;
    }),
  );
}

/** A finished run of some captured documents under a label order. */
export function settingRun(
  setting: string,
  order: readonly string[],
  documents: readonly ComparedDocument[],
  prompt: Partial<SettingRun["manifest"]["prompt"]> = {},
): SettingRun {
  const {manifest} = run(documents, {prompt: {labelOrder: [...order], ...prompt}});
  return {setting, manifest, documents, calibration: [], train: []};
}

export function materialOf(runs: readonly SettingRun[], estimators: readonly string[] = []): Material {
  const documents = runs[0]?.documents.length ?? 0;
  return {
    models: [{model: "m", runs}],
    estimators,
    resampling: resamplingOf({documents, seed: 0, resamples: 200, level: 0.95}),
  };
}
