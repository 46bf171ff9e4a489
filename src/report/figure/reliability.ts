import * as Plot from "@observablehq/plot";
import {runTitles} from "../../compare/run-titles.ts";
import {largest} from "../../math/extremes.ts";
import type {Dynamics} from "../../records/results/dynamics.ts";
import {type Drawing, type Figure, fileName, inOrder, intervalWords} from "./figure.ts";
import {seriesAt} from "./palette.ts";
import {inGrid, type Picture} from "./picture.ts";
import {draw} from "./plot.ts";

type Bins = Dynamics["reliability"][string];

/** Estimate against the human distribution, bin by bin: a file for each run with a panel for each estimator. */
export const reliability: Figure = {
  name: "reliability",
  section: "estimators",
  path: "dynamics.<run>.reliability.<estimator>",
  read: "On the diagonal an estimate of 0.7 is a label that 7 of 10 annotators gave.",
  worry: "Dots below the diagonal on the right: the estimates claim too much.",
  firstOpen: true,
  draw: results => {
    const titles = runTitles(results);
    return inOrder(results, results.dynamics).map(([run, {reliability: byEstimator}]): Drawing => {
      const name = fileName("reliability", run);
      const title = `Reliability of the estimates: ${titles.get(run) ?? run}`;
      const panels = Object.entries(byEstimator).filter(([, bins]) => bins.some(({pairs}) => pairs > 0));
      if (panels.length === 0) return {name, title, reason: "no estimate can be held against annotations"};
      const numbers = panels.flatMap(([, bins]) => bins.map(({human}) => human));
      const caption = [
        "Each dot is a bin of document–label pairs: mean estimate against the mean share of annotators that gave the label, with its interval; the area of the dot shows how many pairs. On the line an estimate means what it says.",
        intervalWords(results, numbers),
      ].join(" ");
      const drawn = panels.map(([estimator, bins]) => ({heading: estimator, picture: panel(bins)}));
      return {name, title, caption, picture: inGrid(drawn, Math.min(4, drawn.length), 20)};
    });
  },
};

function panel(bins: Bins): Picture {
  const most = largest(bins.map(({pairs}) => pairs));
  const points = bins.flatMap(({estimate, human, pairs}) =>
    estimate.value === undefined || human.value === undefined
      ? []
      : [
          {
            x: estimate.value,
            y: human.value,
            lower: human.lower ?? human.value,
            upper: human.upper ?? human.value,
            r: 2 + 6 * Math.sqrt(pairs / most),
          },
        ],
  );
  const {colour} = seriesAt(0);
  const share = {domain: [0, 1], ticks: [0, 0.5, 1], tickFormat: String};
  return draw({
    width: 235,
    height: 247,
    marginLeft: 38,
    marginRight: 12,
    marginTop: 24,
    marginBottom: 36,
    x: {...share, label: "estimate", labelAnchor: "center", labelArrow: "none"},
    y: {...share, label: null},
    r: {type: "identity"},
    marks: [
      Plot.text(["human"], {frameAnchor: "top-left", dx: -36, dy: -23, textAnchor: "start", fontStyle: "italic"}),
      Plot.frame({strokeOpacity: 0.3}),
      Plot.line(
        [
          [0, 0],
          [1, 1],
        ],
        {stroke: "currentColor", strokeDasharray: "3 3", strokeOpacity: 0.6},
      ),
      Plot.ruleX(points, {x: "x", y1: "lower", y2: "upper", stroke: colour, strokeWidth: 1.4}),
      Plot.dot(points, {x: "x", y: "y", r: "r", fill: colour, fillOpacity: 0.75}),
    ],
  });
}
