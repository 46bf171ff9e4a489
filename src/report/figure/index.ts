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
import {verdict} from "./verdict.ts";

/** Every figure, in the order in which they stand on the page. A new one is a file and a line here. */
export const figures: readonly Figure[] = [
  verdict,
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

/** Draws every figure of a comparison, each under a file name of its own: runs of other scripts may come out alike in it. */
export function drawAll(results: Results): {readonly figure: Figure; readonly drawing: Drawing}[] {
  const taken = new Set<string>();
  return figures.flatMap(figure =>
    figure.draw(results).map(drawing => {
      let name = drawing.name;
      for (let n = 2; taken.has(name); n++) name = `${drawing.name}-${n}`;
      taken.add(name);
      return {figure, drawing: {...drawing, name}};
    }),
  );
}
