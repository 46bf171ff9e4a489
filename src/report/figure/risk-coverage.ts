import {runTitles} from "../../compare/run-titles.ts";
import type {EstimatorResult} from "../../records/results/estimates.ts";
import type {Results} from "../../records/results/results.ts";
import {type Drawing, type Figure, fileName, inOrder, intervalWords} from "./figure.ts";
import {lines} from "./lines.ts";

/** Error against the share of documents that are kept, the least certain left out: a file for each run. */
export const riskCoverage: Figure = {
  name: "risk-coverage",
  section: "estimators",
  path: "estimates.<run>.<estimator>.selective",
  read: "From right to left the least certain documents are left out: a line that falls is a model that knows when it errs.",
  worry: "A line that stays level or rises to the left: certainty then says nothing about errors.",
  firstOpen: true,
  draw: results => inOrder(results, results.estimates).map(([run, rows]) => ofRun(results, run, rows)),
};

function ofRun(results: Results, run: string, rows: Readonly<Record<string, EstimatorResult>>): Drawing {
  const name = fileName("risk-coverage", run);
  const title = `Error of the documents that are kept: ${runTitles(results).get(run) ?? run}`;
  const known = Object.entries(rows).flatMap(([estimator, {selective}]) =>
    selective === undefined ? [] : [{estimator, ...selective}],
  );
  if (known.length === 0) return {name, title, reason: "no estimate can be held against gold sets"};
  const picture = lines({
    lines: known.map(({estimator, curve}, index) => ({
      name: estimator,
      index,
      points: curve.map(({coverage, risk}) => ({x: coverage, number: risk})),
    })),
    xLabel: "share of documents that are kept, the most certain first",
    yLabel: "error: 1 − example-F1",
    x: "linear",
    bounds: {low: 0, high: 1},
    width: 720,
    height: 380,
  });
  const caption = [
    "Certainty is the largest margin |q − ½| of a label. A flat line means that the estimate does not know when it is wrong.",
    intervalWords(
      results,
      known.flatMap(({curve}) => curve.map(({risk}) => risk)),
    ),
  ].join(" ");
  return {name, title, caption, picture};
}
