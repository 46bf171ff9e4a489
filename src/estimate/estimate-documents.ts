import type {Document} from "../records/document.ts";
import {
  type Counted,
  countReasons,
  type DocumentRecords,
  type Estimate,
  type Estimator,
  estimatedLabels,
  type Learned,
  type LearnedFrom,
  type LearningDocuments,
  prepare,
  REMARKS,
  type RunLabels,
} from "./estimator.ts";

/** What one estimator says about the documents of a run. */
export interface RunEstimates {
  readonly estimator: string;
  /** What the numbers of each estimate stand for, in their order. */
  readonly labels: readonly string[];
  readonly learned: readonly Learned[];
  readonly calibrated?: LearnedFrom;
  readonly trained?: LearnedFrom;
  readonly documents: readonly {readonly id: string; readonly estimate: Estimate}[];
  /** The same of the calibration split, for what is chosen there; absent where there is none of it. */
  readonly calibration?: readonly {readonly document: Document; readonly estimate: Estimate}[];
  /** Documents with an estimate. */
  readonly estimated: number;
  /** Documents without one, by reason. */
  readonly missing: readonly Counted[];
  /** Documents with an estimate that comes with a remark, by remark. */
  readonly remarks: readonly Counted[];
}

/**
 * An estimator's numbers for the documents of a run, checked, and what is missing counted.
 *
 * An estimator that cannot say anything on this run gives every document its reason.
 *
 * @param records.calibration needed by an estimator that learns there, as is `train`; not looked at by others
 * @throws LabelscopeError as `prepare`; RangeError where an estimator breaks its promise (a number outside [0, 1], a wrong
 *   number of them, a value outside its bounds)
 */
export function estimateDocuments(
  estimator: Estimator,
  run: RunLabels,
  records: LearningDocuments & {readonly documents: readonly DocumentRecords[]},
): RunEstimates {
  const labels = estimatedLabels(run);
  const ready = prepare(estimator, run, {...records, batch: records.documents});
  const estimateOf = "reason" in ready ? () => ready : ready.estimate;
  const checked = (one: DocumentRecords): Estimate => {
    const estimate = estimateOf(one);
    checkEstimate(estimate, labels.length, `${estimator.name} of document "${one.document.id}"`);
    return estimate;
  };
  const documents = records.documents.map(one => ({id: one.document.id, estimate: checked(one)}));
  const calibration = (records.calibration ?? []).map(one => ({document: one.document, estimate: checked(one)}));
  const missing = documents.flatMap(({estimate}) => ("reason" in estimate ? [estimate.reason] : []));
  const remarks = documents.flatMap(({estimate}) => ("reason" in estimate ? [] : (estimate.remarks ?? [])));
  return {
    estimator: estimator.name,
    labels,
    learned: "reason" in ready ? [] : ready.learned,
    ...("reason" in ready || ready.calibrated === undefined ? {} : {calibrated: ready.calibrated}),
    ...("reason" in ready || ready.trained === undefined ? {} : {trained: ready.trained}),
    documents,
    ...(calibration.length === 0 ? {} : {calibration}),
    estimated: documents.length - missing.length,
    missing: countReasons(missing),
    remarks: countReasons(remarks.map(remark => REMARKS[remark])),
  };
}

/** Holds an estimate to what every estimator promises. @throws RangeError */
function checkEstimate(estimate: Estimate, labels: number, what: string): void {
  if ("reason" in estimate) return;
  const {values, lower, upper} = estimate;
  for (const numbers of [values, lower ?? values, upper ?? values]) {
    if (numbers.length !== labels) throw new RangeError(`${what}: ${numbers.length} numbers for ${labels} labels`);
    const bad = numbers.find(number => !(number >= 0 && number <= 1 + 1e-9));
    if (bad !== undefined) throw new RangeError(`${what}: ${bad} is not in [0, 1]`);
  }
  const inside = values.every(
    (value, label) => (lower?.[label] ?? 0) <= value + 1e-9 && value <= (upper?.[label] ?? 1) + 1e-9,
  );
  if (!inside) throw new RangeError(`${what}: a value lies outside its bounds`);
}
