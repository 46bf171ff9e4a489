import {tmpdir} from "node:os";
import {basename, join} from "node:path";
import type {Engine} from "../engine/engine.ts";
import type {RecordName} from "../records/run-records.ts";
import {executeModel, type RunHooks} from "../run/execute.ts";
import {scratchFolder} from "../scratch-folder.ts";
import {addMeasures, type Measures} from "./cost.ts";
import type {PlannedRun} from "./planned-run.ts";
import {readState, type StoredState} from "./stored.ts";
import {restricted} from "./works.ts";

/** Fewer records of a kind than this say too little about its speed. */
const FEWEST = 4;
/** Documents of a calibration, unless a run takes more side by side. */
const DOCUMENTS = 8;

export interface KnownRun {
  readonly planned: PlannedRun;
  readonly state: StoredState;
}

/** What captures of one model cost. */
export interface Speed {
  readonly measures: Measures;
  /** Loading the model, evaluating the prefix, closing; absent where only earlier sessions are known. */
  readonly openSeconds?: number;
}
/** By the model's spec. */
export type SpeedOf = ReadonlyMap<string, Speed>;

/** What runs that are there already say about the speed of each model. */
export function speedsSoFar(runs: readonly KnownRun[]): SpeedOf {
  const specs = [...new Set(runs.map(({planned}) => planned.model.spec))];
  return new Map(
    specs.map(spec => {
      const own = runs.filter(({planned}) => planned.model.spec === spec);
      return [spec, {measures: addMeasures(own.map(({state}) => state.measures))}] as const;
    }),
  );
}

/**
 * Captures a few documents of the first missing run of every model whose speed is not known, to say how long the rest will
 * take.
 *
 * @param keep whether they stay in their runs; otherwise they are captured in a folder that is removed
 * @returns the runs with their new state, and each model's speed
 */
export async function calibrate(
  engine: Engine,
  runs: readonly KnownRun[],
  keep: boolean,
  hooks: RunHooks,
): Promise<{readonly runs: readonly KnownRun[]; readonly speeds: SpeedOf}> {
  const speeds = new Map(speedsSoFar(runs));
  const known = [...runs];
  for (const [spec, {measures}] of speeds) {
    const at = known.findIndex(({planned, state}) => planned.model.spec === spec && unknownIn(state, measures));
    const run = known[at];
    if (run === undefined || hooks.signal.aborted) continue;
    hooks.onNotice?.(`${run.planned.model.source.id}: a few documents first, to see how long the rest will take`);
    const began = performance.now();
    const state = await captureFew(engine, run, keep, hooks);
    const seconds = (performance.now() - began) / 1000;
    if (keep) known[at] = {planned: run.planned, state};
    const before = keep ? run.state.measures : {};
    const busy = secondsOf(state.measures) - secondsOf(before);
    const others = known.filter(({planned}) => planned.model.spec === spec && planned !== run.planned);
    speeds.set(spec, {
      measures: addMeasures([...others.map(one => one.state.measures), state.measures]),
      openSeconds: Math.max(0, seconds - busy),
    });
  }
  return {runs: known, speeds};
}

function secondsOf(measures: Measures): number {
  return Object.values(measures).reduce((sum, {seconds}) => sum + seconds, 0);
}

function unknownIn({missing}: StoredState, measures: Measures): boolean {
  return missing.some(({record, documents}) => documents > 0 && (measures[record]?.documents ?? 0) < FEWEST);
}

async function captureFew(engine: Engine, run: KnownRun, keep: boolean, hooks: RunHooks): Promise<StoredState> {
  const {planned, state} = run;
  const {plan, options} = planned;
  const count = Math.max(DOCUMENTS, options.strict ? 1 : (options.sequences ?? 1));
  const keys: Partial<Record<RecordName, ReadonlySet<string>>> = {};
  for (const {record} of state.missing) keys[record] = new Set(state.missingKeys[record]?.slice(0, count));
  await using aside = keep ? undefined : await scratchFolder(tmpdir(), "labelscope-calibration");
  const folder = aside === undefined ? planned.model.folder : join(aside.path, basename(planned.model.folder));
  const model = {...planned.model, folder};
  const {onProgress: _, ...quiet} = hooks;
  // `fresh` would move aside what a run of this plan holds already.
  await executeModel(engine, plan, restricted(model, keys), {...options, fresh: false}, quiet);
  return await readState({plan, model}, hooks.home);
}
