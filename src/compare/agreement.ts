import type {Agreement} from "../records/results/agreement.ts";
import {type Measured, measured} from "../records/results/value.ts";
import {agreementCoefficients, judgementColumns} from "../stats/agreement.ts";
import type {Draws} from "../stats/draws.ts";
import {bootstrapInterval} from "../stats/interval.ts";
import {onceEach} from "../stats/weights.ts";
import {judgementsOf} from "../task/judgements.ts";
import type {ComparedTask} from "./compared-task.ts";
import {eachResample} from "./document-samples.ts";
import type {CompareSettings} from "./settings.ts";

const SAME = "all annotators say the same of it throughout";

/**
 * How far the annotators of the compared documents agree, per label and pooled, with intervals over documents.
 *
 * Source: METHODS §4
 */
export function agreementOf(task: ComparedTask, settings: CompareSettings): Agreement {
  const {byLabel, pooled, documents} = judgementsOf(task.documents, task.labels);
  if (documents === 0) return {reason: "no document has two annotators"};
  const units = [pooled, ...byLabel.values()].map(judgementColumns);
  const names = ["fleissKappa", "krippendorffAlpha"] as const;
  const total = task.documents.length;
  const replicates = units.map(() => names.map((): (number | undefined)[] => []));
  eachResample(total, settings, weights => {
    units.forEach((some, unit) => {
      const values = agreementCoefficients(some, weights);
      names.forEach((name, place) => {
        replicates[unit]?.[place]?.push(values[name]);
      });
    });
  });
  const draws = units.flatMap((some, unit) => {
    const values = agreementCoefficients(some, onceEach(total));
    return names.map((name, place): Draws => {
      return {documents, estimate: values[name], replicates: replicates[unit]?.[place] ?? [], influences: undefined};
    });
  });
  const numbers = draws.map(
    (one): Measured =>
      measured(
        {value: one.estimate, reason: SAME, n: documents},
        one.estimate === undefined ? undefined : bootstrapInterval(one, {method: "percentile", level: settings.level}),
      ),
  );
  const at = (place: number) => {
    const [kappa, alpha] = [numbers[2 * place], numbers[2 * place + 1]];
    if (kappa === undefined || alpha === undefined) throw new RangeError("a coefficient is missing");
    return {fleissKappa: kappa, krippendorffAlpha: alpha};
  };
  return {
    documents,
    leftOut: task.documents.length - documents,
    pooled: at(0),
    labels: Object.fromEntries([...byLabel.keys()].map((label, index) => [label, at(index + 1)])),
  };
}
