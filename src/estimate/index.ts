import {unknownChoice} from "../errors.ts";
import {batchCalibration} from "./batch-calibration.ts";
import {binary} from "./binary.ts";
import {binaryOutcome} from "./binary-outcome.ts";
import {binaryOutcomePaper} from "./binary-outcome-paper.ts";
import {binaryPaper} from "./binary-paper.ts";
import {compareToNone} from "./compare-to-none.ts";
import {constant} from "./constant.ts";
import {encoder} from "./encoder.ts";
import type {Estimator} from "./estimator.ts";
import {firstStep} from "./first-step.ts";
import {hard} from "./hard.ts";
import {marginal} from "./marginal.ts";
import {maxOverGenerations} from "./max-over-generations.ts";
import {maxOverGenerationsPaper} from "./max-over-generations-paper.ts";
import {PLATT_SUFFIX, platt} from "./platt.ts";
import {probe} from "./probe.ts";
import {temperature} from "./temperature.ts";
import {truth} from "./truth.ts";
import {unary} from "./unary.ts";
import {unaryPaper} from "./unary-paper.ts";

/**
 * Every estimator by its name, in the order of the tables: the paper's first. Each can be followed by `+platt` or
 * `+platt-per-label`. The ceiling block's `split-half` has 20 estimates a document and stands apart.
 */
export const estimators = {
  "compare-to-none": compareToNone,
  hard,
  unary,
  "unary@paper": unaryPaper,
  binary,
  "binary@paper": binaryPaper,
  "binary-outcome": binaryOutcome,
  "binary-outcome@paper": binaryOutcomePaper,
  "max-over-generations": maxOverGenerations,
  "max-over-generations@paper": maxOverGenerationsPaper,
  probe,
  encoder,
  "first-step": firstStep,
  "first-step+bc": batchCalibration,
  temperature,
  marginal,
  truth,
  constant,
} as const satisfies Readonly<Record<string, Estimator>>;

/** The estimators in the order of the tables. */
export const estimatorList: readonly Estimator[] = Object.values(estimators);

/**
 * The estimator with a name, Platt scaling included: `hard`, `hard+platt`, `hard+platt-per-label`.
 *
 * @throws LabelscopeError `unknown-estimator`, which lists the known ones
 */
export function estimatorNamed(name: string): Estimator {
  const plain = estimatorList.find(estimator => estimator.name === name);
  if (plain !== undefined) return plain;
  for (const curves of ["shared", "per-label"] as const) {
    const suffix = PLATT_SUFFIX[curves];
    const base = name.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined;
    const scaled = estimatorList.find(estimator => estimator.name === base);
    if (scaled !== undefined) return platt(scaled, curves);
  }
  throw unknownChoice({
    code: "unknown-estimator",
    what: "estimator",
    given: name,
    known: Object.keys(estimators),
    next: `use one of them, or one followed by ${Object.values(PLATT_SUFFIX).join(" or ")}`,
  });
}
