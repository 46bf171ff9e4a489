import {clipped} from "../math/clipped.ts";
import {minimise} from "../math/minimise.ts";
import {humanDistribution} from "../task/gold.ts";
import {
  countReasons,
  type DocumentRecords,
  estimatedLabels,
  type LearningEstimator,
  type RunLabels,
} from "./estimator.ts";
import {firstStepAt} from "./first-step.ts";

/** The temperatures that are searched, the logarithm in equal cells: 1 is in the middle. */
export const TEMPERATURE_RANGE = {low: 0.05, high: 20} as const;
const CELLS = 120;

/**
 * `first-step` with its scores divided by the temperature T in [0.05, 20] that minimises the NLL on the calibration split.
 *
 * One number cannot lift a second label past 0.5: the values still sum to 1 − P(none). The NLL of a distribution can have
 * several valleys in T, so a grid over ln T comes first; where T makes no difference it is 1. A T at an end of the range
 * says so.
 *
 * Source: METHODS §3–4
 */
export const temperature: LearningEstimator = {
  name: "temperature",
  title: "First step, temperature",
  summary: "first-step at the temperature that minimises the NLL on the calibration split",
  needs: ["greedy", "calibration"],
  kind: "learning",
  learnsOn: "calibration",
  fit: (run, calibration) => {
    const first = calibration.map(records => firstStepAt(run, records, 1));
    const leftOut = countReasons(first.flatMap(estimate => ("reason" in estimate ? [estimate.reason] : [])));
    const usable = calibration.filter((_, index) => "values" in (first[index] ?? {}));
    if (usable.length === 0) {
      return {reason: `no calibration document has an estimate: ${leftOut.map(({reason}) => reason).join("; ")}`};
    }
    const {at, onBound} = minimise(lnT => nllAt(run, usable, Math.exp(lnT)), {
      low: Math.log(TEMPERATURE_RANGE.low),
      high: Math.log(TEMPERATURE_RANGE.high),
      prefer: 0,
      cells: CELLS,
    });
    const value = Math.exp(at);
    const note = `at the end of the range searched, ${TEMPERATURE_RANGE.low} to ${TEMPERATURE_RANGE.high}`;
    return {
      learned: [{name: "temperature", value, ...(onBound ? {note} : {})}],
      calibrated: {documents: usable.length, leftOut},
      estimate: records => firstStepAt(run, records, value),
    };
  },
};

/** Mean NLL over documents of `first-step` at a temperature, in nats: the metric of METHODS §4. */
export function nllAt(run: RunLabels, calibration: readonly DocumentRecords[], t: number): number {
  const labels = estimatedLabels(run);
  const sum = calibration.reduce((total, records) => {
    const estimate = firstStepAt(run, records, t);
    if ("reason" in estimate) return total;
    const human = humanDistribution(records.document, labels);
    return estimate.values.reduce((nats, value, label) => {
      const q = clipped(value);
      const share = human[label] ?? 0;
      return nats - share * Math.log(q) - (1 - share) * Math.log1p(-q);
    }, total);
  }, 0);
  return sum / calibration.length;
}
