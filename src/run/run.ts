import {openLocalEngine} from "../engine/local.ts";
import {executeModel, type RunHooks, type RunOutcome} from "./execute.ts";
import {lazyEngine} from "./lazy-engine.ts";
import type {RunOptions} from "./options.ts";
import type {RunPlace} from "./place.ts";
import {homeOf, planRun} from "./plan.ts";

/**
 * Captures a task with one or several models, one after the other, into a run directory each.
 *
 * The same call again captures only what is missing. Aborting the signal stops at the next step; everything finished is
 * stored, and the outcome of that model says `finished: false`.
 */
export async function run(
  options: RunOptions,
  place: RunPlace,
  hooks: Omit<RunHooks, "home">,
): Promise<readonly RunOutcome[]> {
  const home = homeOf(place);
  await using engine = lazyEngine(() =>
    openLocalEngine({
      home,
      ...(options.gpu === undefined ? {} : {gpu: options.gpu}),
      ...(options.reader === undefined ? {} : {reader: options.reader}),
    }),
  );
  const plan = await planRun(engine, options, place);
  const outcomes: RunOutcome[] = [];
  for (const model of plan.models) {
    const outcome = await executeModel(engine, plan, model, options, {...hooks, home});
    outcomes.push(outcome);
    if (!outcome.finished) break;
  }
  return outcomes;
}
