import type {Results} from "../../records/results/results.ts";
import {curveLines, isDrawable, numbersOf, SIZE_LABELS} from "./curve-lines.ts";
import {type Drawing, type Figure, fileName, intervalWords, reasonsOf} from "./figure.ts";
import {lines} from "./lines.ts";
import {inGrid} from "./picture.ts";

const PANELS = [
  {curve: "nll", heading: "NLL (lower is better)", yLabel: "nats a document", bounds: {low: 0}},
  {curve: "l1", heading: "L1 to the human distribution (lower is better)", yLabel: "labels", bounds: {low: 0}},
  {curve: "exampleF1", heading: "Example-F1 (higher is better)", yLabel: "share", bounds: {low: 0, high: 1}},
  {
    curve: "averagePrecision",
    heading: "Average precision (higher is better)",
    yLabel: "share",
    bounds: {low: 0, high: 1},
  },
] as const;

/** The same whatever the model: a line against size would be flat. */
const WITHOUT_MODEL = ["constant", "truth"];

/** Metrics against model size, a file for each estimator that has some. */
export const metricCurves: Figure = {
  name: "metrics-by-size",
  section: "curves",
  path: "curves",
  read: "Each dot is a model; the arrow in the heading says which way is better.",
  worry: "A curve that improves only in NLL: a model that merely grew more careful does that, too.",
  firstOpen: true,
  draw: results => estimatorsWithCurves(results).map(estimator => ofEstimator(results, estimator)),
};

function estimatorsWithCurves(results: Results): string[] {
  const found = new Set<string>();
  for (const variants of Object.values(results.curves))
    for (const curves of Object.values(variants))
      for (const {estimator} of Object.values(curves)) if (estimator !== undefined) found.add(estimator);
  return [...found].filter(estimator => !WITHOUT_MODEL.includes(estimator));
}

function ofEstimator(results: Results, estimator: string): Drawing {
  const name = fileName("metrics-by-size", estimator);
  const title = `Metrics against model size: ${estimator}`;
  const found = PANELS.map(panel => ({...panel, ...curveLines(results, `${panel.curve}.${estimator}`, "total")}));
  const drawable = found.filter(panel => isDrawable(panel.lines));
  const numbers = numbersOf(found.flatMap(({curves}) => curves));
  if (drawable.length === 0) return {name, title, reason: reasonsOf(numbers)};
  const panels = drawable.map(({heading, yLabel, bounds, lines: own}) => ({
    heading,
    picture: lines({
      lines: own,
      xLabel: `${SIZE_LABELS.total} (logarithmic)`,
      yLabel,
      x: "log",
      bounds,
      width: 560,
      height: 250,
    }),
  }));
  const caption = [
    `Mean over documents against the ${results.task.annotations === "annotators" ? "annotators" : "aggregated labels"}; documents vary, models are fixed.`,
    intervalWords(results, numbers),
  ].join(" ");
  return {name, title, caption, picture: inGrid(panels, 2)};
}
