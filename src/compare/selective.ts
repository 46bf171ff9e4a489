import {smallest} from "../math/extremes.ts";
import {type MetricDocument, metricTable} from "../metric/input.ts";
import {certaintyOrder, drawnOf, risksAt} from "../metric/kept-risks.ts";
import {byCertainty, largestKept, type RiskPoint, riskCoverage} from "../metric/risk-coverage.ts";
import type {Selective} from "../records/results/selective.ts";
import {type Measured, measured} from "../records/results/value.ts";
import type {Draws} from "../stats/draws.ts";
import {bootstrapInterval} from "../stats/interval.ts";
import {onceEach, type Weights} from "../stats/weights.ts";
import {goldFlags} from "../task/gold.ts";
import type {ComparedTask} from "./compared-task.ts";
import {eachResample} from "./document-samples.ts";
import type {CompareSettings} from "./settings.ts";
import {type EstimateRow, inputOfRow, targetsOf} from "./system.ts";

/** Points of the stored curve: the share of documents that are kept. */
const COVERAGES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];
/** The error that the largest share is asked for. */
const MOST_RISK = 0.05;

/**
 * What a row is worth if it may keep silent: its risk–coverage curve, and how many documents it can keep at an error of at
 * most 5 %, the threshold chosen on the calibration split.
 *
 * Risk is 1 − example-F1. The threshold is the one that keeps most calibration documents at that risk; what it keeps of the
 * test documents, and at what risk, is reported. Where no threshold gets there, nothing is kept.
 *
 * @returns nothing for a row without an estimate
 * Source: METHODS §4
 */
export function selectiveOf(row: EstimateRow, task: ComparedTask, settings: CompareSettings): Selective | undefined {
  const table = metricTable(inputOfRow(task, targetsOf(task), row)).gold;
  if (table.documents.length === 0) return undefined;
  const ranked = byCertainty(table);
  const order = certaintyOrder(ranked);
  const n = ranked.length;
  const chosen = thresholdOf(row, task);
  const kept = "point" in chosen ? ranked.filter(({certainty}) => certainty >= chosen.point.threshold).length : 0;
  const values = (weights: Weights) => {
    const [some, all] = [drawnOf(order, kept, weights), drawnOf(order, n, weights)];
    return [...risksAt(order, COVERAGES, weights), ratio(some.drawn, all.drawn), ratio(some.risk, some.drawn)];
  };
  const replicates = [...COVERAGES, "share", "risk"].map((): (number | undefined)[] => []);
  eachResample(table.total, settings, weights => {
    values(weights).forEach((value, place) => {
      replicates[place]?.push(value);
    });
  });
  const estimates = values(onceEach(table.total));
  const draws = replicates.map(
    (values, place): Draws => ({
      documents: place === COVERAGES.length + 1 ? kept : n,
      estimate: estimates[place],
      replicates: values,
      influences: undefined,
    }),
  );
  const numbers = draws.map(one =>
    measured(
      {value: one.estimate, reason: "no document is kept", n: one.documents},
      one.estimate === undefined ? undefined : bootstrapInterval(one, {method: "percentile", level: settings.level}),
    ),
  );
  const [shareKept, riskKept] = [numbers[COVERAGES.length], numbers[COVERAGES.length + 1]];
  if (shareKept === undefined || riskKept === undefined) throw new RangeError("a number is missing");
  const curve = COVERAGES.flatMap((coverage, index) => {
    const at = numbers[index];
    return at === undefined ? [] : [{coverage, risk: at}];
  });
  if ("reason" in chosen) return {curve, atRisk: {most: MOST_RISK, reason: chosen.reason}};
  return {
    curve,
    atRisk: {most: MOST_RISK, ...thresholdFacts(chosen), kept: withoutInterval(shareKept), risk: riskKept},
  };
}

type Chosen =
  | {readonly point: RiskPoint; readonly documents: number}
  | {readonly none: true; readonly documents: number; readonly least: number}
  | {readonly reason: string};

/** The threshold that keeps most of the calibration documents at the risk. */
function thresholdOf({estimates: {calibration = []}}: EstimateRow, {labels}: ComparedTask): Chosen {
  const documents = calibration.map(
    ({document, estimate}): MetricDocument => ({
      id: document.id,
      q: "reason" in estimate ? undefined : estimate.values,
      human: undefined,
      gold: goldFlags(document, labels),
    }),
  );
  const curve = riskCoverage(metricTable({labels, documents}).gold);
  if (curve.length === 0) return {reason: "no calibration document has an estimate to choose the threshold on"};
  const point = largestKept(curve, MOST_RISK);
  const count = documents.filter(({q}) => q !== undefined).length;
  return point === undefined
    ? {none: true, documents: count, least: smallest(curve.map(({risk}) => risk))}
    : {point, documents: count};
}

function thresholdFacts(chosen: Exclude<Chosen, {readonly reason: string}>) {
  if ("point" in chosen) {
    const {threshold, coverage, risk} = chosen.point;
    return {threshold, calibration: {documents: chosen.documents, kept: coverage, risk}};
  }
  return {calibration: {documents: chosen.documents, kept: 0, risk: chosen.least}};
}

/** Nothing is kept: 0, of which no resample varies. */
function withoutInterval(share: Measured): Measured {
  return share.value === 0 ? {value: 0, n: share.n, note: "no interval: nothing is kept"} : share;
}

function ratio(above: number, below: number): number | undefined {
  return below === 0 ? undefined : above / below;
}
