import type {Results} from "../../records/results/results.ts";
import {formatNumber} from "../format.ts";
import {curveLines, isDrawable, numbersOf, SIZE_LABELS, type Size} from "./curve-lines.ts";
import {type Drawing, type Figure, intervalWords, reasonsOf} from "./figure.ts";
import {lines} from "./lines.ts";
import {inGrid} from "./picture.ts";

interface Panel {
  readonly curve: string;
  readonly heading: string;
  readonly yLabel: string;
  readonly bounds: {readonly low: number; readonly high?: number};
}

const PANELS: readonly Panel[] = [
  {curve: "step1", heading: "Label entropy, step 1", yLabel: "bits", bounds: {low: 0}},
  {
    curve: "laterMatched",
    heading: "Label entropy, later steps that all models have",
    yLabel: "bits",
    bounds: {low: 0},
  },
  {curve: "vocabStep1", heading: "Entropy of the full vocabulary, step 1", yLabel: "bits", bounds: {low: 0}},
  {curve: "labelMass", heading: "Label mass, step 1", yLabel: "probability", bounds: {low: 0, high: 1}},
];

const LATER: readonly Panel[] = [
  {curve: "laterMatched", heading: "Later steps that all models have", yLabel: "bits", bounds: {low: 0}},
  {curve: "laterMatchedLine", heading: "Later steps that all models of a line have", yLabel: "bits", bounds: {low: 0}},
  {
    curve: "laterUnmatched",
    heading: "All later steps of each model (different documents)",
    yLabel: "bits",
    bounds: {low: 0},
  },
];

/** Entropy and label mass against model size: the question that labelscope was made for. */
export const sizeCurves: Figure = {
  name: "entropy-by-size",
  section: "curves",
  path: "curves",
  read: "Each dot is a model, each line a family; a falling line means that larger models decide more sharply.",
  worry: "A line that falls while label mass falls, too: the model then speaks of something else.",
  firstOpen: true,
  draw: results => [
    panelled(results, {
      name: "entropy-by-size",
      title: "Entropy and label mass against model size",
      panels: PANELS,
      size: "total",
    }),
    panelled(results, {
      name: "entropy-by-size-non-embedding",
      title: "Entropy and label mass against model size without the embeddings",
      panels: PANELS,
      size: "nonEmbedding",
    }),
    panelled(results, {
      name: "later-steps-by-size",
      title: "Label entropy at later steps: the same documents, or each model's own",
      panels: LATER,
      size: "total",
    }),
  ],
};

/** What the law behind the annotations has at step 1, where the data carries it. */
function referenceOf({lawEntropyBits: law}: Results, curve: string) {
  if (curve !== "step1" || law?.value === undefined) return {};
  return {reference: {y: law.value, name: `the law's own: ${formatNumber(law.value)} bits`}};
}

function panelled(
  results: Results,
  what: {readonly name: string; readonly title: string; readonly panels: readonly Panel[]; readonly size: Size},
): Drawing {
  const {name, title, size} = what;
  const found = what.panels.map(panel => ({...panel, ...curveLines(results, panel.curve, size)}));
  const drawable = found.filter(panel => isDrawable(panel.lines));
  const numbers = numbersOf(found.flatMap(({curves}) => curves));
  if (drawable.length === 0) {
    const why = reasonsOf(numbers) || "no run of a model with label steps is among the compared ones";
    return {name, title, reason: why};
  }
  const panels = drawable.map(({curve, heading, yLabel, bounds, lines: own}) => ({
    heading,
    picture: lines({
      lines: own,
      xLabel: `${SIZE_LABELS[size]} (logarithmic)`,
      yLabel,
      x: "log",
      bounds,
      width: 560,
      height: 250,
      ...referenceOf(results, curve),
    }),
  }));
  const left = found.filter(panel => !drawable.includes(panel) && panel.curves.length > 0);
  const missing = left.map(({heading, curves}) => `Not drawn: ${heading} (${reasonsOf(numbersOf(curves))}).`);
  const caption = [
    "Mean over documents; documents vary, models are fixed: a slope's interval resamples the same documents for all models.",
    intervalWords(results, numbers),
    ...missing,
  ].join(" ");
  return {name, title, caption, picture: inGrid(panels, 2)};
}
