import {resolve} from "node:path";
import type {Engine} from "../engine/engine.ts";
import {type ExperimentPlan, planExperiment} from "../experiment/plan.ts";
import {EXPERIMENT_DEFAULTS, type ExperimentRequest} from "../experiment/request.ts";
import {RUN_DEFAULTS, type RunOptions} from "../run/options.ts";
import type {RunPlace} from "../run/place.ts";
import {planRun, type RunPlan} from "../run/plan.ts";
import type {PlannedRun} from "../schedule/planned-run.ts";
import {canonicalJson} from "../task/hash.ts";
import {importInline} from "./inline-task.ts";
import type {Study, StudyVariation} from "./study-file.ts";
import {variationsOf} from "./study-file.ts";

/** Where a study's parts are found and made. */
export interface StudyPlace extends RunPlace {
  /** The folder of the study file: its paths start here. */
  readonly home: string;
  /** Where run folders are made, absolute. */
  readonly runs: string;
}

/** Everything that a study will capture, known before a model is loaded. */
export interface StudyPlan {
  /** Model by model within each variation; runs that two entries share stand once with their own folder. */
  readonly runs: readonly PlannedRun[];
  readonly experiments: readonly StudyExperiment[];
  /** What the file calls a run, by its folder; a run that it does not name is absent. */
  readonly titles: ReadonlyMap<string, string>;
}

export interface StudyExperiment {
  readonly request: ExperimentRequest;
  readonly plan: ExperimentPlan;
}

/** A study whose task is a built-in one's id or the path of a task file. */
type FoundStudy = Study & {readonly task: string};

type Entry = Study["models"][number];

/** Models of one variation that have the same options, none twice: they are planned by one call. */
interface Group {
  readonly variation: StudyVariation;
  readonly options: RunOptions;
  /** What the file says of each of `options.models`. */
  readonly entries: readonly Entry[];
}

/**
 * Plans every run of a study, and of its experiments: all that can go wrong before inference goes wrong here. A table in the
 * task's place is imported first.
 *
 * One label scoring holds for all of its runs, since only such runs can be compared: whole labels as soon as one of them
 * needs it.
 *
 * @throws what planning a run or an experiment throws
 */
export async function planStudy(
  engine: Engine,
  asWritten: Study,
  place: StudyPlace,
  onNotice?: (line: string) => void,
): Promise<StudyPlan> {
  const {task} = asWritten;
  const study = {...asWritten, task: typeof task === "string" ? task : await importInline(task, place, onNotice)};
  const runPlace = {...place, cwd: place.home};
  const groups = groupsOf(study, place);
  const planAll = async (labelScoring?: RunOptions["labelScoring"]) => {
    const plans: {readonly group: Group; readonly plan: RunPlan}[] = [];
    for (const group of groups) {
      const options = labelScoring === undefined ? group.options : {...group.options, labelScoring};
      plans.push({group: {...group, options}, plan: await planRun(engine, options, runPlace)});
    }
    return plans;
  };
  let planned = await planAll();
  if (new Set(planned.map(({plan}) => plan.scoring)).size > 1) planned = await planAll("exact");
  const runs = planned.flatMap(({group: {variation, options, entries}, plan}) =>
    plan.models.map((model, at): PlannedRun => ({setting: settingOf(variation, entries[at]), options, plan, model})),
  );
  const experiments: StudyExperiment[] = [];
  for (const request of experimentsOf(study, place)) {
    experiments.push({request, plan: await planExperiment(engine, request, runPlace)});
  }
  return {runs: shareRuns(runs), experiments, titles: titlesOf(planned)};
}

/** A model's name and its variation's, as far as the file gives them; a model without a name is called by its own. */
function titlesOf(planned: readonly {readonly group: Group; readonly plan: RunPlan}[]): Map<string, string> {
  const titles = new Map<string, string>();
  for (const {group, plan} of planned) {
    for (const [at, {source, folder}] of plan.models.entries()) {
      const name = group.entries[at]?.name;
      const {name: variation} = group.variation;
      const parts = variation === undefined ? [name] : [name ?? source.id, variation];
      const title = parts.filter(part => part !== undefined).join(", ");
      if (title !== "" && !titles.has(folder)) titles.set(folder, title);
    }
  }
  return titles;
}

function groupsOf(study: FoundStudy, place: StudyPlace): Group[] {
  const groups = new Map<string, {variation: StudyVariation; options: RunOptions; entries: Entry[]}[]>();
  for (const variation of variationsOf(study)) {
    for (const entry of study.models) {
      const {model, name: _name, ...own} = entry;
      const options = {...study.options, ...own, ...variation.options};
      const key = canonicalJson({name: variation.name, options});
      const alike = groups.get(key) ?? [];
      groups.set(key, alike);
      const group = alike.find(({entries}) => entries.every(other => other.model !== model));
      if (group === undefined) alike.push({variation, options: runOptions(study, options, place), entries: [entry]});
      else group.entries.push(entry);
    }
  }
  return [...groups.values()].flat().map(({variation, options, entries}) => {
    return {variation, options: {...options, models: entries.map(({model}) => model)}, entries};
  });
}

function runOptions(study: FoundStudy, options: Study["options"], place: StudyPlace): RunOptions {
  return {
    ...RUN_DEFAULTS,
    ...options,
    task: study.task,
    models: [],
    out: place.runs,
    ...(study.data === undefined ? {} : {data: resolve(place.home, study.data)}),
  };
}

/**
 * What tells a run from the others of its model, for a person: the names that its entry and its variation have, or their
 * options as they are set.
 */
export function settingOf(variation: StudyVariation, entry?: Entry): string {
  const {model: _model, name, ...own} = entry ?? {model: ""};
  const changed = variation.name === undefined ? Object.keys(variation.options) : [];
  const kept = Object.entries(own).filter(([option]) => !changed.includes(option));
  const parts = [name ?? changesOf(Object.fromEntries(kept)), variation.name ?? changesOf(variation.options)].filter(
    part => part !== "",
  );
  return parts.length === 0 ? "as given" : parts.join(", ");
}

function changesOf(options: StudyVariation["options"]): string {
  return Object.entries(options)
    .map(([option, value]) => `${option} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(", ");
}

/** Two entries that lead to one folder share its run. */
function shareRuns(runs: readonly PlannedRun[]): PlannedRun[] {
  const known = new Map<string, PlannedRun>();
  return runs.map(run => {
    const earlier = known.get(run.model.folder);
    if (earlier !== undefined) return {...earlier, setting: run.setting, sameAs: earlier.setting};
    known.set(run.model.folder, run);
    return run;
  });
}

function experimentsOf(study: FoundStudy, place: StudyPlace): ExperimentRequest[] {
  return study.experiments.map(({name, values, orders, models, estimators, ...own}) => {
    const run = runOptions(study, {...study.options, ...own}, place);
    return {
      ...EXPERIMENT_DEFAULTS,
      experiment: name,
      run: {...run, models: models ?? study.models.map(({model}) => model)},
      values,
      orders,
      estimators,
      yes: true,
    };
  });
}
