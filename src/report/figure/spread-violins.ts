import {runTitles} from "../../compare/run-titles.ts";
import {largest} from "../../math/extremes.ts";
import type {StepGroup} from "../../records/results/dynamics.ts";
import type {Results} from "../../records/results/results.ts";
import type {Spread} from "../../records/results/spread.ts";
import {type Drawing, type Figure, inOrder, intervalWords, reasonsOf} from "./figure.ts";
import {inGrid} from "./picture.ts";
import {violins} from "./violin.ts";

type Quantity = "topProbability" | "topToSecond" | "entropyBits";

interface What {
  readonly name: string;
  readonly title: string;
  readonly quantity: Quantity;
  readonly xLabel: string;
  readonly log?: boolean;
}

const WHAT: readonly What[] = [
  {
    name: "top-probability",
    title: "How spiky: probability of the most probable label",
    quantity: "topProbability",
    xLabel: "probability",
  },
  {
    name: "top-to-second",
    title: "How spiky: most probable over second most probable label",
    quantity: "topToSecond",
    xLabel: "ratio (logarithmic)",
    log: true,
  },
  {
    name: "entropy-by-step",
    title: "How undecided: entropy of the label distribution",
    quantity: "entropyBits",
    xLabel: "bits",
  },
];

/** Places beyond this one have too few documents to show a shape. */
const PLACES = 3;

/** Violins of each run at steps 1, 2 and 3; intermediate steps above the middle line, last steps below it. */
export const spreadViolins: Figure = {
  name: "violins",
  section: "dynamics",
  path: "dynamics.<run>.steps",
  read: "Each half is how a number is spread over documents: blue before another element, orange at the last one.",
  worry: "Everything at one end: the distribution hardly depends on the document.",
  draw: results => WHAT.map(what => violinsOf(results, what)),
};

function violinsOf(results: Results, {name, title, quantity, xLabel, log}: What): Drawing {
  const titles = runTitles(results);
  const runs = inOrder(results, results.dynamics);
  const spreads = (place: string) =>
    runs.flatMap(([, {steps}]) => {
      const step = steps[place];
      return step === undefined ? [] : [step.intermediate[quantity], step.last[quantity]];
    });
  const places = Array.from({length: PLACES}, (_, i) => String(i + 1)).filter(place =>
    spreads(place).some(({n}) => n > 0),
  );
  const all = places.flatMap(spreads);
  if (places.length === 0) return {name, title, reason: whyNone(results, quantity)};
  const domain = domainOf(all, quantity);
  const width = places.length === 1 ? 460 : places.length === 2 ? 380 : 270;
  const panels = places.map((place, column) => ({
    heading: `Step ${place}`,
    picture: violins({
      rows: runs.map(([run, {steps}]) => ({
        name: titles.get(run) ?? run,
        upper: steps[place]?.intermediate[quantity] ?? EMPTY,
        lower: steps[place]?.last[quantity] ?? EMPTY,
      })),
      xLabel,
      domain,
      width,
      bare: column > 0,
      ...(log === undefined ? {} : {log}),
    }),
  }));
  const infinite = runs.reduce(
    (sum, [, {steps}]) => sum + places.reduce((part, place) => part + (steps[place]?.all.infiniteRatios ?? 0), 0),
    0,
  );
  const caption = [
    "Blue, above the line: intermediate steps (another element follows); orange, below: last steps.",
    `Kernel density, each half scaled to the same height; bar: quartiles; stroke: median; dot: ${log ? "geometric mean" : "mean"}; diamond: all values equal.`,
    ...(log && infinite > 0 ? [`${infinite} infinite ratios (second probability 0) are not drawn.`] : []),
    `Means are in the table with intervals. ${intervalWords(
      results,
      all.map(({mean}) => mean),
    )}`,
  ].join(" ");
  return {name, title, caption, picture: inGrid(panels, places.length, 12)};
}

const EMPTY: Spread = {n: 0, scale: "linear", mean: {reason: "no document has such a label step", n: 0}};

function domainOf(spreads: readonly Spread[], quantity: Quantity): readonly [number, number] {
  if (quantity === "topProbability") return [0, 1];
  const ends = spreads.map(({box, outline}) => (outline?.kind === "curve" ? outline.to : (box?.max ?? 0)));
  if (quantity === "entropyBits") return [0, largest(ends, 0.1)];
  return [
    1,
    largest(
      spreads.map(({box}) => box?.max ?? 1),
      10,
    ),
  ];
}

function whyNone(results: Results, quantity: Quantity): string {
  const groups = Object.values(results.dynamics).flatMap(({steps}) => Object.values(steps).map(({all}) => all));
  const pick = (group: StepGroup) => group[quantity].mean;
  return reasonsOf(groups.map(pick)) || "no run of a model is among the compared ones";
}
