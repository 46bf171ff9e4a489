import type {Engine} from "../engine/engine.ts";
import {openEngine} from "../engine/index.ts";
import {executeModel, type RunHooks, type RunOutcome} from "./execute.ts";
import {engineOptions, type RunOptions} from "./options.ts";
import type {RunPlace} from "./place.ts";
import {homeOf, planRun} from "./plan.ts";
import {planNotices} from "./plan-notices.ts";

/**
 * Captures a task with one or several models, one after the other, into a run directory each.
 *
 * The same call again captures only what is missing. Aborting the signal stops at the next step; everything finished is
 * stored, and the outcome of that model says `finished: false`.
 *
 * @param hooks.engine where models run; default: whatever engine a model's spec names. Closing it stays with the caller.
 */
export async function run(
  options: RunOptions,
  place: RunPlace,
  {engine, ...hooks}: Omit<RunHooks, "home"> & {readonly engine?: Engine},
): Promise<readonly RunOutcome[]> {
  const home = homeOf(place);
  if (engine === undefined) {
    await using own = openEngine(engineOptions(options, home, hooks.onNotice));
    return await run(options, place, {...hooks, engine: own});
  }
  const plan = await planRun(engine, options, place);
  for (const notice of planNotices(plan)) hooks.onNotice?.(notice);
  const outcomes: RunOutcome[] = [];
  for (const model of plan.models) {
    const outcome = await executeModel(engine, plan, model, options, {...hooks, home});
    outcomes.push(outcome);
    if (!outcome.finished) break;
  }
  return outcomes;
}
