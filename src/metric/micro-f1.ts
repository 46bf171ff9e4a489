import type {Weights} from "../stats/weights.ts";
import type {TargetTable} from "./input.ts";
import {type Metric, unitRange} from "./metric.ts";
import {type PooledCore, preparePooled} from "./pooled.ts";
import {countLabels} from "./predicted.ts";

/**
 * Micro-averaged F1: 2·TP / (predicted + gold), counted over all document–label pairs.
 *
 * 0 where nothing is predicted and nothing is gold (`zero_division=0`). Frequent labels decide it.
 *
 * Source: METHODS §4; scikit-learn `f1_score(average="micro")`
 */
export const microF1: Metric = {
  name: "micro-f1",
  title: "Micro-F1",
  summary: "F1 over all document–label pairs, 0 where nothing is predicted and nothing gold",
  shape: "pooled",
  target: "gold",
  better: "larger",
  unit: "share",
  interval: "bca",
  range: unitRange,
  prepare: table => preparePooled(table, "gold", microCore),
};

function microCore(usable: TargetTable): PooledCore {
  const counts = usable.documents.map(countLabels);
  const both = Float64Array.from(counts, count => count.both);
  const marked = Float64Array.from(counts, count => count.predicted + count.gold);
  const {rows} = usable;
  const value = (weights: Weights): number | undefined => {
    let drawn = 0;
    let hits = 0;
    let marks = 0;
    for (let index = 0; index < rows.length; index += 1) {
      const weight = weights[rows[index] ?? 0] ?? 0;
      drawn += weight;
      hits += weight * (both[index] ?? 0);
      marks += weight * (marked[index] ?? 0);
    }
    if (drawn === 0) return undefined;
    return marks === 0 ? 0 : (2 * hits) / marks;
  };
  return {value};
}
