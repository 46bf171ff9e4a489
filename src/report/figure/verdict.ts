import type {Results} from "../../records/results/results.ts";
import {curveLines, numbersOf} from "./curve-lines.ts";
import {type Drawing, type Figure, intervalWords, reasonsOf} from "./figure.ts";
import {forest} from "./forest.ts";
import {lines} from "./lines.ts";
import {inGrid} from "./picture.ts";

const [NAME, WIDTH] = ["verdict", 470];
const PANELS = [
  {curve: "exampleF1.hard", heading: "Answers: example-F1", yLabel: "share", bounds: {low: 0, high: 1}},
  {curve: "step1", heading: "Belief: label entropy at step 1", yLabel: "bits", bounds: {low: 0}},
] as const;

/** The one chart beside the verdict: answers and entropy against size where there are sizes, else the answers of each run. */
export const verdict: Figure = {
  name: NAME,
  section: "verdict",
  path: "verdict",
  read: "Each dot is a run with its interval: answers further up (or right) are better, lower entropy is more decided.",
  worry: "Intervals that overlap widely: then the order of the runs is not settled by these documents.",
  draw: results => {
    const sized = PANELS.map(panel => ({...panel, ...curveLines(results, panel.curve, "total")}));
    return [sized.some(({curves}) => curves.some(hasSizes)) ? againstSize(results, sized) : answersOf(results)];
  },
};

function hasSizes({points}: Results["curves"][string][string][string]): boolean {
  return new Set(points.filter(({value}) => value !== undefined).map(({total}) => total)).size > 1;
}

function againstSize(
  results: Results,
  sized: readonly ((typeof PANELS)[number] & ReturnType<typeof curveLines>)[],
): Drawing {
  const drawable = sized.filter(({curves}) => numbersOf(curves).some(({value}) => value !== undefined));
  const panels = drawable.map(({heading, yLabel, bounds, lines: own}) => ({
    heading,
    picture: lines({
      lines: own.map(({remark: _, ...line}) => line),
      xLabel: "parameters (logarithmic)",
      yLabel,
      x: "log",
      bounds,
      width: WIDTH,
      height: 190,
    }),
  }));
  const caption = intervalWords(results, numbersOf(drawable.flatMap(({curves}) => curves)));
  return {name: NAME, title: "Answers and entropy against model size", caption, picture: inGrid(panels, 1, 10)};
}

function answersOf(results: Results): Drawing {
  const title = "Answers: example-F1 of each run";
  const rows = results.verdict.rows.filter(({cells}) => cells.answers?.value !== undefined);
  const numbers = results.verdict.rows.flatMap(({cells}) => cells.answers ?? []);
  if (rows.length === 0)
    return {name: NAME, title, reason: reasonsOf(numbers) || "no answers could be held against annotations"};
  const constant = results.verdict.constantAnswer?.exampleF1.value;
  const picture = forest({
    rows: rows.map(({run}) => run),
    series: [{name: "answers", values: rows.map(({cells}) => cells.answers)}],
    xLabel: "example-F1 (the line: the best constant answer)",
    domain: [0, 1],
    width: 340,
    ...(constant === undefined ? {} : {reference: constant}),
  });
  return {name: NAME, title, caption: intervalWords(results, numbers), picture};
}
