import {resolve} from "node:path";
import {checkComparable} from "../compare/check-runs.ts";
import {type Comparison, compare} from "../compare/compare.ts";
import {taskOfRuns} from "../compare/compared-task.ts";
import {byName} from "../records/record-of.ts";
import {openLogits} from "../store/logits-reader.ts";
import {version} from "../version.ts";
import {type CompareOptions, type RunsComparison, settingsOf} from "./options.ts";
import type {ComparisonPlace} from "./place.ts";
import {readAllPredictions} from "./read-predictions.ts";
import {type ReadRun, readRuns} from "./read-runs.ts";

/** Reads runs and compares them. */
export async function comparisonOf(options: CompareOptions, io: ComparisonPlace): Promise<Comparison> {
  return await comparisonOfRuns(await readRuns(options.runs, io), options, io);
}

/** Compares runs that were read with each other and with predictions; files of full logits are open while that lasts. */
export async function comparisonOfRuns(
  runs: readonly ReadRun[],
  options: RunsComparison,
  io: ComparisonPlace,
): Promise<Comparison> {
  checkComparable(runs);
  const task = taskOfRuns(runs);
  const predictions = await readAllPredictions(options.predictions ?? [], task, "any", io);
  const logits = runs.flatMap(({name, folder}) => {
    const file = openLogits(folder);
    return file === undefined ? [] : [{name, file}];
  });
  try {
    const readers = byName(logits.map(({name, file}) => [name, file.row]));
    const base = options.base === undefined ? undefined : runCalled(options.base, runs, io.cwd);
    return compare({runs, predictions, labelscope: version, logits: readers}, {...settingsOf(options), base});
  } finally {
    for (const {file} of logits) file[Symbol.dispose]();
  }
}

/** The run that somebody means by its name, its folder or the folder's name, or its model's id; else as it was said. */
function runCalled(what: string, runs: readonly ReadRun[], cwd: string): string {
  const ofModel = runs.filter(({manifest}) => manifest.model.id === what);
  const found = runs.find(
    ({name, folder, manifest}) => [name, manifest.name].includes(what) || folder === resolve(cwd, what),
  );
  return found?.name ?? (ofModel.length === 1 ? ofModel[0]?.name : undefined) ?? what;
}
