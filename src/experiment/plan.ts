import type {LabelScoring} from "../capture/label-scorer.ts";
import type {Engine} from "../engine/engine.ts";
import {LabelscopeError} from "../errors.ts";
import type {RunOptions} from "../run/options.ts";
import type {RunPlace} from "../run/place.ts";
import {planRun, type RunPlan} from "../run/plan.ts";
import type {PlannedRun} from "../schedule/planned-run.ts";
import type {Experiment, Variation} from "./experiment.ts";
import {experimentNamed} from "./index.ts";
import type {ExperimentRequest} from "./request.ts";

export interface ExperimentPlan {
  readonly experiment: Experiment;
  readonly estimators: readonly string[];
  readonly settings: readonly string[];
  /** Default values that cannot be given here. */
  readonly leftOut: readonly {readonly value: string; readonly reason: string}[];
  readonly scoring: LabelScoring;
  /** Setting by setting, each with every model. */
  readonly runs: readonly PlannedRun[];
}

/** What a default value may fail with and be left out; a value that was chosen is refused. */
const LEFT_OUT = ["context-overflow", "too-few-demonstrations", "no-demonstrations", "list-needs-line-break"];

/**
 * Plans every run of an experiment: all that can go wrong before inference goes wrong here.
 *
 * One label scoring holds for all runs: whole labels as soon as one of them needs it. Settings that send the same prompts
 * share a run.
 *
 * @throws LabelscopeError `unknown-experiment`, `unknown-estimator`, `usage`; what planning a run throws
 */
export async function planExperiment(
  engine: Engine,
  request: ExperimentRequest,
  place: RunPlace,
): Promise<ExperimentPlan> {
  const experiment = experimentNamed(request.experiment);
  refuseMisplaced(experiment, request);
  const estimators = request.estimators ?? experiment.estimators;
  const variations = distinct(experiment.variations(request));
  const planAll = async (labelScoring: RunOptions["labelScoring"]) =>
    await planVariations(
      engine,
      variations,
      {...request.run, estimators, labelScoring},
      {place, strict: request.values !== undefined},
    );
  let found = await planAll(request.run.labelScoring);
  const scorings = new Set(found.planned.map(({plan}) => plan.scoring));
  if (scorings.size > 1) found = await planAll("exact");
  const [first] = found.planned;
  if (first === undefined) throw nothingLeft(experiment, found.leftOut);
  return {
    experiment,
    estimators,
    settings: found.planned.map(({variation}) => variation.setting),
    leftOut: found.leftOut,
    scoring: first.plan.scoring,
    runs: shareRuns(found.planned),
  };
}

interface PlannedVariation {
  readonly variation: Variation;
  readonly options: RunOptions;
  readonly plan: RunPlan;
}

async function planVariations(
  engine: Engine,
  variations: readonly Variation[],
  run: RunOptions,
  {place, strict}: {readonly place: RunPlace; readonly strict: boolean},
) {
  const planned: PlannedVariation[] = [];
  const leftOut: {value: string; reason: string}[] = [];
  for (const variation of variations) {
    const options = {...run, ...variation.changes};
    try {
      planned.push({variation, options, plan: await planRun(engine, options, place)});
    } catch (error) {
      if (strict || !(error instanceof LabelscopeError) || !LEFT_OUT.includes(error.code)) throw error;
      leftOut.push({value: variation.setting, reason: error.message});
    }
  }
  return {planned, leftOut};
}

function shareRuns(planned: readonly PlannedVariation[]): PlannedRun[] {
  const known = new Map<string, PlannedRun>();
  return planned.flatMap(({variation: {setting}, options, plan}) =>
    plan.models.map(model => {
      const key = JSON.stringify([model.spec, plan.prompts.hash]);
      const earlier = known.get(key);
      if (earlier !== undefined) return {...earlier, setting, sameAs: earlier.setting};
      const run = {setting, options, plan, model};
      known.set(key, run);
      return run;
    }),
  );
}

/** Each setting once, in the order given. */
function distinct(variations: readonly Variation[]): Variation[] {
  return variations.filter(({setting}, index) => variations.findIndex(other => other.setting === setting) === index);
}

/** Options that mean nothing to an experiment are refused, so that nobody takes them for heeded. */
function refuseMisplaced(experiment: Experiment, {run, values, orders, estimators}: ExperimentRequest): void {
  const {name, varies} = experiment;
  const refuse = (message: string, next: string) => {
    throw new LabelscopeError({code: "usage", message, next});
  };
  const flag = `--${varies.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
  const ownValues = experiment.values !== undefined;
  if (ownValues && run[varies] !== undefined) {
    refuse(`experiment ${name} sets ${flag} itself`, `leave out ${flag}; --values lists what it is set to`);
  }
  if (ownValues && orders !== undefined) refuse(`experiment ${name} takes no --orders`, "--values lists its settings");
  if (!ownValues && values !== undefined) {
    refuse(`experiment ${name} takes no --values`, "--orders says how many random label orders there are");
  }
  if (estimators !== undefined && experiment.estimators.length === 0) {
    refuse(`experiment ${name} shows answers alone, no estimates`, "leave out --estimator");
  }
}

function nothingLeft(experiment: Experiment, leftOut: ExperimentPlan["leftOut"]): LabelscopeError {
  return new LabelscopeError({
    code: "nothing-to-run",
    message: `no setting of experiment ${experiment.name} can be run`,
    details: leftOut.map(({value, reason}) => `${value}: ${reason}`),
    next: "--values for settings that this task and these models can have",
  });
}
