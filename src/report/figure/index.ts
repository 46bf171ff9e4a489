import type {Results} from "../../records/results/results.ts";
import {confusion} from "./confusion.ts";
import {estimators} from "./estimators.ts";
import type {Drawing, Figure} from "./figure.ts";
import {klQuantiles} from "./kl-quantiles.ts";
import {metricCurves} from "./metric-curves.ts";
import {order} from "./order.ts";
import {reliability} from "./reliability.ts";
import {riskCoverage} from "./risk-coverage.ts";
import {secondFate} from "./second-fate.ts";
import {sizeCurves} from "./size-curves.ts";
import {sortedProbabilities} from "./sorted-probabilities.ts";
import {spreadViolins} from "./spread-violins.ts";
import {variantSlopes} from "./variant-slopes.ts";

/** Every figure, in the order in which they stand on the page. A new one is a file and a line here. */
export const figures: readonly Figure[] = [
  sizeCurves,
  metricCurves,
  spreadViolins,
  sortedProbabilities,
  secondFate,
  order,
  confusion,
  estimators,
  reliability,
  riskCoverage,
  variantSlopes,
  klQuantiles,
];

/** Draws every figure of a comparison. */
export function drawAll(results: Results): {readonly figure: Figure; readonly drawing: Drawing}[] {
  return figures.flatMap(figure => figure.draw(results).map(drawing => ({figure, drawing})));
}
