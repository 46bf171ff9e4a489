import {unknownChoice} from "../errors.ts";
import type {Experiment} from "./experiment.ts";
import {format} from "./format.ts";
import {labelOrder} from "./label-order.ts";
import {multiShare} from "./multi-share.ts";
import {orderMarginal} from "./order-marginal.ts";
import {shots} from "./shots.ts";

/** Every experiment by its name. A new one is a file and a line here. */
export const experiments = {
  "label-order": labelOrder,
  "multi-share": multiShare,
  shots,
  format,
  "order-marginal": orderMarginal,
} as const satisfies Readonly<Record<string, Experiment>>;

export const experimentList: readonly Experiment[] = Object.values(experiments);

/**
 * The experiment with a name.
 *
 * @throws LabelscopeError `unknown-experiment`, which lists the known ones
 */
export function experimentNamed(name: string): Experiment {
  const found = experimentList.find(experiment => experiment.name === name);
  if (found !== undefined) return found;
  throw unknownChoice({code: "unknown-experiment", what: "experiment", given: name, known: Object.keys(experiments)});
}
