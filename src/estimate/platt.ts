import {humanDistribution} from "../task/gold.ts";
import {
  countReasons,
  type DocumentRecords,
  type Estimate,
  type Estimator,
  estimatedLabels,
  type Learned,
  type LearningEstimator,
  NEEDS,
  prepare,
  type RunLabels,
} from "./estimator.ts";
import {fitPlatt, onCurve, type PlattCurve, type PlattPair} from "./platt-fit.ts";

/** One curve for all labels, or one for each. */
export type PlattCurves = "shared" | "per-label";

/** What is appended to the name of the estimator that is scaled. */
export const PLATT_SUFFIX = {shared: "+platt", "per-label": "+platt-per-label"} as const satisfies Record<
  PlattCurves,
  string
>;

/**
 * Platt scaling of any estimator: σ(w·x + b), x the logit of its estimate clipped at 1e-8, learned on the human
 * distributions of the calibration split.
 *
 * `shared` is one (w, b) for all labels, as in the authors' code. With `per-label`, a label that cannot be fitted alone
 * (no annotator gave it, or its estimate never changes) takes the shared curve, and its parameters say so. Where not even
 * the shared curve can be fitted, there is no estimate, with the reason. Bounds are scaled along. A document without an
 * estimate of the base has none here; calibration documents without one are left out and counted.
 *
 * Source: METHODS §3
 */
export function platt(base: Estimator, curves: PlattCurves = "shared"): LearningEstimator {
  const how = curves === "shared" ? "one curve for all labels" : "one curve a label";
  return {
    name: `${base.name}${PLATT_SUFFIX[curves]}`,
    title: `${base.title} + Platt${curves === "shared" ? "" : " per label"}`,
    summary: `${base.name} after Platt scaling on the calibration split, ${how}`,
    needs: NEEDS.filter(need => need === "calibration" || base.needs.includes(need)),
    ...(base.nullLabel === true ? {nullLabel: true} : {}),
    kind: "learning",
    learnsOn: "calibration",
    fit: (run, calibration, learning) => {
      const ready = prepare(base, run, learning);
      if ("reason" in ready) return ready;
      const {rows, missing} = pairsOf(run, calibration, ready.estimate);
      const leftOut = countReasons(missing);
      if (rows.length === 0) {
        return {reason: `no calibration document has an estimate: ${leftOut.map(({reason}) => reason).join("; ")}`};
      }
      const shared = fitPlatt(rows.flat());
      if ("reason" in shared) return shared;
      const fits = estimatedLabels(run).map((label, index) => {
        const alone = curves === "shared" ? shared : fitPlatt(rows.flatMap(row => row[index] ?? []));
        return "reason" in alone
          ? {label, curve: shared, note: `shared curve: ${alone.reason}`}
          : {label, curve: alone};
      });
      const learned = curves === "shared" ? learnedOf({curve: shared}) : fits.flatMap(learnedOf);
      return {
        learned: [...ready.learned, ...learned],
        calibrated: {documents: rows.length, leftOut},
        ...(ready.trained === undefined ? {} : {trained: ready.trained}),
        estimate: records =>
          scaled(
            ready.estimate(records),
            fits.map(({curve}) => curve),
          ),
      };
    },
  };
}

/** Estimates beside human shares, one row of labels a document, and the reasons of documents without an estimate. */
function pairsOf(
  run: RunLabels,
  calibration: readonly DocumentRecords[],
  estimateOf: (records: DocumentRecords) => Estimate,
): {readonly rows: readonly (readonly PlattPair[])[]; readonly missing: readonly string[]} {
  const labels = estimatedLabels(run);
  const rows: PlattPair[][] = [];
  const missing: string[] = [];
  for (const records of calibration) {
    const estimate = estimateOf(records);
    if ("reason" in estimate) {
      missing.push(estimate.reason);
      continue;
    }
    const human = humanDistribution(records.document, labels);
    rows.push(estimate.values.map((q, label) => ({q, human: human[label] ?? 0})));
  }
  return {rows, missing};
}

function learnedOf(fit: {readonly curve: PlattCurve; readonly label?: string; readonly note?: string}): Learned[] {
  const about = {
    ...(fit.label === undefined ? {} : {label: fit.label}),
    ...(fit.note === undefined ? {} : {note: fit.note}),
  };
  return [
    {name: "slope", value: fit.curve.slope, ...about},
    {name: "intercept", value: fit.curve.intercept, ...about},
  ];
}

function scaled(estimate: Estimate, curves: readonly PlattCurve[]): Estimate {
  if ("reason" in estimate) return estimate;
  const scale = (values: readonly number[]) =>
    values.map((value, label) => {
      const curve = curves[label];
      if (curve === undefined) throw new RangeError(`no curve for label ${label}`);
      return onCurve(curve, value);
    });
  const {values, lower, upper, remarks} = estimate;
  const result = {values: scale(values), ...(remarks === undefined ? {} : {remarks})};
  if (lower === undefined || upper === undefined) return result;
  // A falling curve swaps the bounds.
  const [ends, others] = [scale(lower), scale(upper)];
  return {
    ...result,
    lower: ends.map((end, label) => Math.min(end, others[label] ?? end)),
    upper: ends.map((end, label) => Math.max(end, others[label] ?? end)),
  };
}
