import type {Weights} from "../stats/weights.ts";
import type {TargetTable} from "./input.ts";
import {certaintyOrder} from "./kept-risks.ts";
import {type Metric, unitRange} from "./metric.ts";
import {type PooledCore, preparePooled} from "./pooled.ts";
import {byCertainty} from "./risk-coverage.ts";

/**
 * Area under the risk–coverage curve: the mean over k = 1 … n of the risk (1 − example-F1) of the k most certain
 * documents.
 *
 * Equally certain documents stand in random order, and the value is the expected one: a run of m with mean risk r, after
 * K documents with a summed risk of S, adds m·r + (S − K·r)·(1/(K+1) + … + 1/(K+m)). Where all are equally certain the area is
 * the plain mean risk.
 *
 * Source: METHODS §4; Geifman & El-Yaniv 2017, arXiv 1705.08500
 */
export const aurc: Metric = {
  name: "aurc",
  title: "AURC",
  summary: "area under the risk–coverage curve: risk is 1 − example-F1, the least certain documents are left out first",
  shape: "pooled",
  target: "gold",
  better: "smaller",
  unit: "share",
  interval: "bca",
  range: unitRange,
  prepare: table => preparePooled(table, "gold", areaCore),
};

function areaCore(usable: TargetTable): PooledCore {
  const {rows, risks, endsTie} = certaintyOrder(byCertainty(usable));
  const harmonic: number[] = [0];
  const harmonicAt = (count: number): number => {
    for (let next = harmonic.length; next <= count; next += 1) harmonic.push((harmonic[next - 1] ?? 0) + 1 / next);
    return harmonic[count] ?? 0;
  };
  const value = (weights: Weights): number | undefined => {
    let kept = 0;
    let riskBefore = 0;
    let area = 0;
    let group = 0;
    let groupRisk = 0;
    for (let rank = 0; rank < rows.length; rank += 1) {
      const weight = weights[rows[rank] ?? 0] ?? 0;
      group += weight;
      groupRisk += weight * (risks[rank] ?? 0);
      if (endsTie[rank] === 0 || group === 0) continue;
      const mean = groupRisk / group;
      area += groupRisk + (riskBefore - kept * mean) * (harmonicAt(kept + group) - harmonicAt(kept));
      kept += group;
      riskBefore += groupRisk;
      group = 0;
      groupRisk = 0;
    }
    return kept === 0 ? undefined : Math.min(1, Math.max(0, area / kept));
  };
  return {value};
}
