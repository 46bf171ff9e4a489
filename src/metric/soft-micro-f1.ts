import type {Weights} from "../stats/weights.ts";
import type {TargetTable} from "./input.ts";
import {type Metric, unitRange} from "./metric.ts";
import {type PooledCore, preparePooled} from "./pooled.ts";

/**
 * Micro-F1 of shares instead of sets: 2·ΣΣ min(q, Ĥ) / ΣΣ (q + Ĥ) over all document–label pairs.
 *
 * On estimates and human distributions of 0 and 1 it is micro-F1. 0 where both are 0 throughout, as there.
 *
 * Source: METHODS §4; Kurniawan et al. 2025, arXiv 2502.01891
 */
export const softMicroF1: Metric = {
  name: "soft-micro-f1",
  title: "Soft micro-F1",
  summary: "overlap of estimate and human distribution over all document–label pairs, as F1 of shares",
  shape: "pooled",
  target: "human",
  better: "larger",
  unit: "share",
  interval: "bca",
  range: unitRange,
  prepare: table => preparePooled(table, "human", softCore),
};

function softCore({rows, documents}: TargetTable): PooledCore {
  const shared = Float64Array.from(documents, ({q, target}) =>
    q.reduce((sum, value, label) => sum + Math.min(value, target[label] ?? 0), 0),
  );
  const total = Float64Array.from(documents, ({q, target}) =>
    q.reduce((sum, value, label) => sum + value + (target[label] ?? 0), 0),
  );
  const value = (weights: Weights): number | undefined => {
    let drawn = 0;
    let overlap = 0;
    let marks = 0;
    for (let index = 0; index < rows.length; index += 1) {
      const weight = weights[rows[index] ?? 0] ?? 0;
      drawn += weight;
      overlap += weight * (shared[index] ?? 0);
      marks += weight * (total[index] ?? 0);
    }
    if (drawn === 0) return undefined;
    return marks === 0 ? 0 : (2 * overlap) / marks;
  };
  return {value};
}
