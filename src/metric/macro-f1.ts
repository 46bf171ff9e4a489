import {onceEach, type Weights} from "../stats/weights.ts";
import type {TargetTable} from "./input.ts";
import {type Metric, unitRange} from "./metric.ts";
import {type PooledCore, preparePooled} from "./pooled.ts";
import {isPredicted} from "./predicted.ts";

/**
 * Macro-averaged F1: the mean over labels of each one's F1. Rare labels weigh as much as frequent ones.
 *
 * A label that is neither predicted nor gold has F1 0 (`zero_division=0`) and stays in the mean, as in scikit-learn; its
 * part says so.
 *
 * Source: METHODS §4; scikit-learn `f1_score(average="macro")`
 */
export const macroF1: Metric = {
  name: "macro-f1",
  title: "Macro-F1",
  summary: "mean over labels of the F1 of each, 0 for a label neither predicted nor gold",
  shape: "pooled",
  target: "gold",
  better: "larger",
  unit: "share",
  interval: "bca",
  range: unitRange,
  prepare: table => preparePooled(table, "gold", macroCore),
};

/** For one label, document by document: twice the hits, and how many of prediction and gold set hold it. */
interface LabelCounts {
  readonly hits: Uint8Array;
  readonly marks: Uint8Array;
}

function macroCore(usable: TargetTable): PooledCore {
  const {rows} = usable;
  const columns = usable.labels.map((_, label) => labelCounts(usable, label));
  const macro = (weights: Weights): number | undefined => {
    let drawn = 0;
    for (let index = 0; index < rows.length && drawn === 0; index += 1) drawn += weights[rows[index] ?? 0] ?? 0;
    if (drawn === 0) return undefined;
    return columns.reduce((sum, column) => sum + labelF1(column, rows, weights).f1, 0) / columns.length;
  };
  const parts = usable.labels.map((label, index) => {
    const column = columns[index] ?? {hits: new Uint8Array(), marks: new Uint8Array()};
    const {f1, marks} = labelF1(column, rows, onceEach(usable.total));
    const positives = usable.documents.filter(document => document.target[index] === 1).length;
    return {label, value: f1, ...(marks === 0 ? {reason: "neither predicted nor gold, counted as 0"} : {}), positives};
  });
  return {value: macro, parts};
}

function labelCounts(usable: TargetTable, label: number): LabelCounts {
  const hits = new Uint8Array(usable.documents.length);
  const marks = new Uint8Array(usable.documents.length);
  usable.documents.forEach(({q, target}, index) => {
    const predicted = isPredicted(q[label] ?? 0);
    const gold = target[label] === 1;
    hits[index] = predicted && gold ? 2 : 0;
    marks[index] = Number(predicted) + Number(gold);
  });
  return {hits, marks};
}

function labelF1(column: LabelCounts, rows: Int32Array, weights: Weights): {f1: number; marks: number} {
  const {hits, marks} = column;
  let hitSum = 0;
  let markSum = 0;
  for (let index = 0; index < rows.length; index += 1) {
    const weight = weights[rows[index] ?? 0] ?? 0;
    hitSum += weight * (hits[index] ?? 0);
    markSum += weight * (marks[index] ?? 0);
  }
  return {f1: markSum === 0 ? 0 : hitSum / markSum, marks: markSum};
}
