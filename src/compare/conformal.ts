import {conformalPs} from "../math/conformal.ts";
import type {Conformal} from "../records/results/conformal.ts";
import {goldFlags} from "../task/gold.ts";
import type {ComparedTask} from "./compared-task.ts";
import {meansOf} from "./mean-of.ts";
import type {CompareSettings} from "./settings.ts";
import type {EstimateRow} from "./system.ts";

/** How often a label's set may miss the gold set. */
const CONFORMAL_ERROR = 0.1;

/**
 * What a row decides about each label if it may miss the gold set on 10 % of the documents: in, out, or undecided.
 *
 * Per label, split-conformal: the nonconformity of a value y in {0, 1} is |y − q|; its p-value is the share of the calibration
 * documents, this one added, that conform no better. A value with p ≤ ε is ruled out. Both left is undecided; none left
 * (`neither`) is a document unlike the calibration split, and a miss. If test and calibration documents come from the
 * same law, each label covers at least 1 − ε, and hardly more unless estimates tie.
 *
 * @returns nothing for a row without an estimate
 * Source: METHODS §3; Vovk, Gammerman & Shafer 2005, chapter 2; Papadopoulos et al. 2002
 */
export function conformalOf(row: EstimateRow, task: ComparedTask, settings: CompareSettings): Conformal | undefined {
  const {documents, estimated, calibration = []} = row.estimates;
  if (estimated === 0) return undefined;
  const known = calibration.flatMap(({document, estimate}) =>
    "reason" in estimate ? [] : [{q: estimate.values, gold: goldFlags(document, task.labels)}],
  );
  if (known.length === 0) return {error: CONFORMAL_ERROR, reason: "no calibration document has an estimate"};
  const scores = task.labels.map((_, label) =>
    Float64Array.from(known, ({q, gold}) => Math.abs(Number(gold[label] ?? false) - (q[label] ?? 0))).sort(),
  );
  const decided = task.documents.map((document, index) => {
    const estimate = documents[index]?.estimate;
    if (estimate === undefined || "reason" in estimate) return undefined;
    const gold = goldFlags(document, task.labels);
    return task.labels.map((_, label) => {
      const p = conformalPs(scores[label] ?? new Float64Array(), estimate.values[label] ?? 0);
      const [out, inside] = [p.zero > CONFORMAL_ERROR, p.one > CONFORMAL_ERROR];
      return {covered: gold[label] ? inside : out, undecided: out && inside, neither: !out && !inside};
    });
  });
  const shareOf = (what: "covered" | "undecided" | "neither") =>
    decided.map(labels => labels && labels.filter(one => one[what]).length / Math.max(1, labels.length));
  const lists = [shareOf("covered"), shareOf("undecided"), shareOf("neither")];
  const byLabel = task.labels.map((_, label) => decided.map(labels => labels && Number(labels[label]?.covered)));
  const means = meansOf([...lists, ...byLabel], task.documents.length, settings, "no document has an estimate");
  const [coverage, undecided, neither, ...labels] = means;
  if (coverage === undefined || undecided === undefined || neither === undefined)
    throw new RangeError("a mean is missing");
  return {
    error: CONFORMAL_ERROR,
    calibration: known.length,
    coverage,
    undecided,
    neither,
    labels: Object.fromEntries(task.labels.flatMap((name, index) => (labels[index] ? [[name, labels[index]]] : []))),
  };
}
