import type {CaptureName} from "../capture/kind/capture-kind.ts";
import {captureNames} from "../capture/kind/index.ts";
import {LabelscopeError} from "../errors.ts";
import type {Estimator} from "../estimate/estimator.ts";
import {estimatorList, estimatorNamed} from "../estimate/index.ts";
import type {Split} from "../records/document.ts";
import type {Task} from "../task/task.ts";
import type {RunOptions} from "./options.ts";
import type {Limits} from "./select.ts";

const DEFAULT_LIMITS = {calibration: 200, train: 1000} as const;

/** One capture and the splits that it is made on. */
export interface WantedCapture {
  readonly name: CaptureName;
  readonly splits: readonly Split[];
}

/** What a run captures: each kind with its splits, and how many documents of the splits beside `test`. */
export interface Wanted {
  readonly captures: readonly WantedCapture[];
  /** Where documents are embedded by an embedding model; empty where none are. */
  readonly embedded: readonly Split[];
  readonly limits: Limits;
}

/**
 * What some estimators need to be captured.
 *
 * Greedy traces are always made, of the test documents and of whatever is captured of the calibration split. Another kind is
 * made on the test split, and on the calibration or train split where one of the estimators that need it learns there. Of
 * train documents only hidden states and embeddings are made, and for probes on predictions the traces as well.
 *
 * @throws `unknown-estimator`; `not-captured` for one that needs what a run cannot capture
 */
export function wantedCaptures(
  options: Pick<RunOptions, "estimators" | "calibrationLimit" | "trainLimit" | "probePredictions">,
): Wanted {
  const probing = options.probePredictions === true;
  const estimators = (options.estimators ?? []).map(estimatorNamed);
  for (const estimator of estimators) refuseUnknown(estimator);
  const learnsOn = (split: "calibration" | "train") =>
    (probing && split === "train") || estimators.some(({needs}) => needs.includes(split));
  const limitOf = (split: "calibration" | "train", given: number | undefined) =>
    given ?? (learnsOn(split) ? DEFAULT_LIMITS[split] : 0);
  const limits = {
    calibration: limitOf("calibration", options.calibrationLimit),
    train: limitOf("train", options.trainLimit),
  };
  const splitsOf = (name: CaptureName | "embedding"): Split[] => {
    const needing = estimators.filter(({needs}) => needs.includes(name));
    const probed = probing && (name === "greedy" || name === "hidden");
    if (name !== "greedy" && needing.length === 0 && !probed) return [];
    const calibrated = name === "greedy" || needing.some(({needs}) => needs.includes("calibration"));
    const learned = name === "hidden" || name === "embedding";
    const trained = probed || (learned && needing.some(({needs}) => needs.includes("train")));
    return [
      "test",
      ...(calibrated && limits.calibration > 0 ? (["calibration"] as const) : []),
      ...(trained && limits.train > 0 ? (["train"] as const) : []),
    ];
  };
  const captures = captureNames.map(name => ({name, splits: splitsOf(name)})).filter(({splits}) => splits.length > 0);
  const embedded = splitsOf("embedding");
  const used = [...captures.flatMap(({splits}) => splits), ...embedded];
  return {captures, embedded, limits: {...limits, train: used.includes("train") ? limits.train : 0}};
}

/**
 * Questions that no estimator can use are not asked: what measures against the null label needs a task that has one.
 *
 * @throws `no-null-label`, with what can be used instead
 */
export function refuseWithoutNone(names: readonly string[], {id, none}: Pick<Task["definition"], "id" | "none">): void {
  const useless = names.map(estimatorNamed).filter(({nullLabel}) => nullLabel === true);
  if (none !== undefined || useless.length === 0) return;
  const others = names.filter(name => estimatorNamed(name).nullLabel !== true);
  const usable = estimatorList.filter(({nullLabel, needs}) => nullLabel !== true && !needs.includes("truth"));
  throw new LabelscopeError({
    code: "no-null-label",
    message: `task "${id}" has no null label, which ${useless.map(({name}) => name).join(" and ")} ${useless.length === 1 ? "measures" : "measure"} labels against`,
    next: [
      others.length > 0
        ? `--estimators ${others.join(",")}`
        : `--estimators with others: ${usable.map(({name}) => name).join(", ")}`,
      "or a null label in the task file, e.g. none: none, if a document may carry no label",
    ],
    facts: {task: id, estimators: useless.map(({name}) => name)},
  });
}

/** Needs that are met without a capture of their own. */
const MET = new Set<string>(["train", "calibration", "truth", "embedding", ...captureNames]);

function refuseUnknown({name, needs}: Estimator): void {
  const unmet = needs.find(need => !MET.has(need));
  if (unmet === undefined) return;
  throw new LabelscopeError({
    code: "not-captured",
    message: `estimator "${name}" needs ${unmet}, which labelscope run does not capture`,
    next: `leave "${name}" out of --estimators`,
    facts: {estimator: name, need: unmet},
  });
}
