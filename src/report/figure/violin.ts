import * as Plot from "@observablehq/plot";
import {largest} from "../../math/extremes.ts";
import type {Spread} from "../../records/results/spread.ts";
import {namesWidth} from "./forest.ts";
import type {Picture} from "./picture.ts";
import {draw} from "./plot.ts";

/** The two kinds of label step that a violin's halves show. */
export interface ViolinRow {
  readonly name: string;
  /** Above the middle line: steps followed by another element. */
  readonly upper: Spread;
  /** Below it: steps after which the list was closed. */
  readonly lower: Spread;
}

export interface Violins {
  readonly rows: readonly ViolinRow[];
  readonly xLabel: string;
  readonly domain: readonly [number, number];
  /** The outlines are of log10 of the values. */
  readonly log?: boolean;
  /** Without the names of rows, which stand to the left of it. */
  readonly width: number;
  /** Without names of rows. */
  readonly bare?: boolean;
}

const [ROW, HALF] = [64, 0.42];
/** Fewer values have no shape: their box stands alone. */
const FEWEST = 5;
const HALVES = [
  {side: "upper", colour: "#0072B2", sign: -1},
  {side: "lower", colour: "#D55E00", sign: 1},
] as const;

/**
 * Split violins, a row each: density, quartiles as a box, median as a stroke, mean as a dot.
 *
 * Every half is as wide as it can be, so that shapes compare and heights do not. Where all values are equal there is no
 * area: a diamond stands at the value. Fewer than five values have a box alone. No values leave the half empty, with n = 0 beside it.
 */
export function violins(options: Violins): Picture {
  const {rows, domain} = options;
  const marginLeft = options.bare === true ? 14 : namesWidth(rows.map(({name}) => name));
  const marks = rows.flatMap((row, y) => HALVES.flatMap(half => halfMarks(row[half.side], y, half, options)));
  return draw({
    width: options.width + marginLeft - 14,
    height: 40 + ROW * rows.length,
    marginLeft,
    marginRight: 48,
    marginTop: 4,
    marginBottom: 36,
    x: {domain: [...domain], type: options.log === true ? "log" : "linear", clamp: true},
    y: {domain: [-0.5, rows.length - 0.5], reverse: true, axis: null},
    marks: [
      Plot.gridX({ticks: options.log === true ? powers(domain) : 5}),
      Plot.axisX({
        label: options.xLabel,
        labelAnchor: "center",
        labelArrow: "none",
        tickSize: 4,
        ...(options.log === true ? {ticks: powers(domain), tickFormat: power} : {ticks: 5}),
      }),
      ...(options.bare === true
        ? []
        : [
            Plot.text(
              rows.map(({name}, y) => ({name, y, x: domain[0]})),
              {x: "x", y: "y", text: "name", textAnchor: "end", dx: -8},
            ),
          ]),
      ...marks,
    ],
  });
}

type Half = (typeof HALVES)[number];

function halfMarks(spread: Spread, row: number, {colour, sign}: Half, {domain, log}: Violins) {
  const y = row + sign * 0.12;
  const counted = Plot.text([`n ${spread.n}`], {
    x: [domain[1]],
    y: [row + sign * 0.2],
    textAnchor: "start",
    dx: 6,
    fontSize: 10,
    fill: colour,
  });
  const {box, outline, mean} = spread;
  if (box === undefined || outline === undefined) return [counted];
  if (outline.kind === "point") {
    return [counted, Plot.dot([outline.at], {x: [box.median], y: [y], symbol: "diamond2", r: 5, fill: colour})];
  }
  const {from, to, heights} = spread.n < FEWEST ? {from: 0, to: 0, heights: []} : outline;
  const highest = largest(heights);
  const area = heights.map((height, i) => {
    const at = from + (i * (to - from)) / (heights.length - 1);
    return {x: log === true ? 10 ** at : at, y1: row, y2: row + sign * HALF * (height / highest)};
  });
  const boxAt = {y: [y]};
  return [
    Plot.areaY(area, {x: "x", y1: "y1", y2: "y2", fill: colour, fillOpacity: 0.28, stroke: colour, strokeWidth: 0.8}),
    Plot.ruleY([box], {...boxAt, x1: [box.q1], x2: [box.q3], stroke: colour, strokeWidth: 5, strokeOpacity: 0.65}),
    Plot.ruleX([box], {x: [box.median], y1: [y - 0.09], y2: [y + 0.09], stroke: "currentColor", strokeWidth: 2}),
    ...(mean.value === undefined ? [] : [Plot.dot([mean], {x: [mean.value], y: [y], r: 2.6, fill: "currentColor"})]),
    counted,
  ];
}

function powers([low, high]: readonly [number, number]): number[] {
  const first = Math.ceil(Math.log10(low) - 1e-9);
  const last = Math.floor(Math.log10(high) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first) / 6));
  return Array.from({length: Math.floor((last - first) / every) + 1}, (_, i) => 10 ** (first + i * every));
}

function power(value: number): string {
  return value >= 1e5 ? `1e${Math.round(Math.log10(value))}` : String(value);
}
