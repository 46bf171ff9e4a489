import type {ComparedRun} from "../compare/compared-run.ts";
import {readRun, type StoredRun} from "../store/read-run.ts";
import type {ModelRuns, SettingRun} from "./experiment.ts";
import type {ExperimentPlan, PlannedRun} from "./plan.ts";
import {worksOf} from "./works.ts";

/** A finished run as it was planned: documents that an earlier, larger command captured beside are left out. */
export interface FinishedRun {
  readonly planned: PlannedRun;
  readonly run: ComparedRun;
}

/** Reads every run of a finished plan, in its order; a run that several settings share is read once. */
export async function readFinished({runs}: ExperimentPlan): Promise<FinishedRun[]> {
  const read = new Map<string, ComparedRun>();
  const finished: FinishedRun[] = [];
  for (const planned of runs) {
    const {folder} = planned.model;
    const run = read.get(folder) ?? asPlanned(planned, await readRun(folder));
    read.set(folder, run);
    finished.push({planned, run});
  }
  return finished;
}

function asPlanned({model}: PlannedRun, {name, manifest, documents}: StoredRun): ComparedRun {
  const keys = new Set(worksOf(model).flatMap(work => work.documents.map(({key}) => key)));
  const kept = (split: keyof typeof documents) =>
    documents[split]
      .filter(({key}) => keys.has(key))
      .sort((one, other) => (one.document.id < other.document.id ? -1 : 1));
  return {name, manifest, documents: {test: kept("test"), calibration: kept("calibration"), train: kept("train")}};
}

/** Finished runs by model, in the order of the settings: what tables are made of. */
export function modelsOf(finished: readonly FinishedRun[]): ModelRuns[] {
  const specs = [...new Set(finished.map(({planned}) => planned.model.spec))];
  return specs.map(spec => {
    const own = finished.filter(({planned}) => planned.model.spec === spec);
    const runs = own.map(({planned, run}): SettingRun => {
      const {test, calibration, train} = run.documents;
      return {setting: planned.setting, manifest: run.manifest, documents: test, calibration, train};
    });
    return {model: own[0]?.planned.model.resolved.id ?? spec, runs};
  });
}
