import type {FinishedRun} from "../schedule/read-finished.ts";
import type {ModelRuns, SettingRun} from "./experiment.ts";

/** Finished runs by model, in the order of the settings: what tables are made of. */
export function modelsOf(finished: readonly FinishedRun[]): ModelRuns[] {
  const specs = [...new Set(finished.map(({planned}) => planned.model.spec))];
  return specs.map(spec => {
    const own = finished.filter(({planned}) => planned.model.spec === spec);
    const runs = own.map(({planned, run}): SettingRun => {
      const {test, calibration, train} = run.documents;
      return {setting: planned.setting, manifest: run.manifest, documents: test, calibration, train};
    });
    return {model: own[0]?.planned.model.source.id ?? spec, runs};
  });
}
