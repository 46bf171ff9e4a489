import type {Results} from "../records/results/results.ts";

/** Names of runs for tables, axes and keys: the model's id, with the run's name where two runs have the same. */
export function runTitles({runs}: Results): ReadonlyMap<string, string> {
  const titles = runs.map(({title}) => title);
  return new Map(runs.map(({run, title}) => [run, titles.filter(other => other === title).length > 1 ? run : title]));
}
