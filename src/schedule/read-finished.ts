import type {ComparedRun} from "../compare/compared-run.ts";
import {readRun, type StoredRun} from "../store/read-run.ts";
import type {PlannedRun} from "./planned-run.ts";
import {worksOf} from "./works.ts";

/** A finished run as it was planned: documents that an earlier, larger command captured are left out. */
export interface FinishedRun {
  readonly planned: PlannedRun;
  readonly run: ComparedRun;
}

/** Reads finished runs in the order given; a run that several settings share is read once. */
export async function readFinished(runs: readonly PlannedRun[]): Promise<FinishedRun[]> {
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
