import {basename} from "node:path";
import type {Nameable} from "../compare/run-facets.ts";
import {runNames} from "../compare/run-names.ts";
import {ownRuns} from "../schedule/planned-run.ts";
import type {StudyPlan} from "./plan-study.ts";

/** One run of a study, as the comparison after it will call it. */
export interface PlannedName {
  readonly name: string;
  /** Its folder's name, which stands for it as well. */
  readonly folder: string;
  readonly modelId: string;
}

/**
 * What the runs of a study will be called once they are compared, known before a model is loaded.
 *
 * @param home where hashes of files that did not change are kept
 * @returns absent if what tells two of them apart is the engine's or their age, which nobody knows yet
 */
export async function plannedNames({runs, titles}: StudyPlan, home: string): Promise<PlannedName[] | undefined> {
  const shown: Nameable[] = [];
  for (const {model} of ownRuns(runs)) {
    const title = titles.get(model.folder) ?? model.title;
    shown.push({
      model: await model.source.describe({home}),
      identity: model.identity,
      prompt: {templated: model.templated, ...(model.chat === undefined ? {} : {chat: model.chat})},
      engine: {},
      name: basename(model.folder),
      created: "",
      ...(title === undefined ? {} : {title}),
    });
  }
  const names = runNames(shown);
  if (names.some(name => / #\d+$/.test(name))) return undefined;
  return names.map((name, at) => ({
    name,
    folder: shown[at]?.name ?? name,
    modelId: shown[at]?.model.id ?? name,
  }));
}
