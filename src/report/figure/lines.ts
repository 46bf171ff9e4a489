import * as Plot from "@observablehq/plot";
import {largest, smallest} from "../../math/extremes.ts";
import type {Measured} from "../../records/results/value.ts";
import {formatNumber, formatParameters} from "../format.ts";
import {padded} from "./forest.ts";
import {endLabel, MARK_WIDTH} from "./key.ts";
import {seriesAt} from "./palette.ts";
import {type Picture, textWidth} from "./picture.ts";
import {draw} from "./plot.ts";
import {inSeries} from "./series.ts";

export interface Line {
  readonly name: string;
  /** A second line of the label: what the slope is. */
  readonly remark?: string;
  /** Which of the marks it has: the same name has the same ones in every panel. */
  readonly index: number;
  readonly points: readonly {readonly x: number; readonly number: Measured}[];
}

export interface Lines {
  readonly lines: readonly Line[];
  readonly xLabel: string;
  readonly yLabel: string;
  /** `log`: parameters; `ordinal`: whole numbers from 1 (ranks, places); `linear`: shares and counts from 0. */
  readonly x: "log" | "ordinal" | "linear";
  /** What the values cannot leave; the axis reaches to 0 or 1 where it is near. */
  readonly bounds?: {readonly low?: number; readonly high?: number};
  /** A level to hold the lines against, with its name. */
  readonly reference?: {readonly y: number; readonly name: string};
  /** Points on fewer documents are drawn faint, and no line leads to them. */
  readonly faintBelow?: number;
  readonly width: number;
  readonly height: number;
}

const [TOP, BOTTOM, LINE_HEIGHT] = [24, 40, 13];

const xDomains: Readonly<Record<Lines["x"], (low: number, high: number) => [number, number]>> = {
  log: (low, high) => [low / 1.25, high * 1.25],
  ordinal: (_, high) => [0.7, high + 0.3],
  linear: (low, high) => [low - 0.03 * (high - low || 1), high + 0.03 * (high - low || 1)],
};

/** Numbers against a size or a place: dots with whiskers, a band where there are two or more, names at the right ends. */
export function lines(options: Lines): Picture {
  const {width, height} = options;
  const known = options.lines.map(line => ({
    ...line,
    points: line.points.flatMap(({x, number: {value, lower, upper, n}}) =>
      value === undefined
        ? []
        : [
            {
              x,
              y: value,
              lower: lower ?? value,
              upper: upper ?? value,
              whisker: lower !== undefined,
              faint: n < (options.faintBelow ?? 0),
              title: `${line.name}: ${formatNumber(value)}${lower === undefined ? "" : ` [${formatNumber(lower)}, ${formatNumber(upper ?? value)}]`}`,
            },
          ],
    ),
  }));
  const all = known.flatMap(({points}) => points);
  const xs = all.map(({x}) => x);
  const {reference} = options;
  const levels = [
    ...all.flatMap(({y, lower, upper}) => [y, lower, upper]),
    ...(reference === undefined ? [] : [reference.y]),
  ];
  const yDomain = within(padded(levels), options.bounds);
  const xDomain = xDomains[options.x](smallest(xs), largest(xs));
  const marginRight =
    14 +
    largest(
      known.map(({name, remark = ""}) => Math.max(MARK_WIDTH + textWidth(name, 11), textWidth(remark, 10))),
      0,
    );
  const inner = height - TOP - BOTTOM;
  const place = (y: number) => TOP + ((yDomain[1] - y) / (yDomain[1] - yDomain[0])) * inner;
  const labels = spreadOut(
    known.flatMap(line => {
      const last = line.points.at(-1);
      return last === undefined
        ? []
        : [{line, x: last.x, y: place(last.y), height: (line.remark ? 2.1 : 1.1) * LINE_HEIGHT}];
    }),
    {low: TOP - 10, high: height - BOTTOM + 6},
  );
  const right = width - marginRight + 8;
  return draw({
    width,
    height,
    marginTop: TOP,
    marginBottom: BOTTOM,
    marginLeft: 48,
    marginRight,
    x: {type: options.x === "log" ? "log" : "linear", domain: xDomain},
    y: {domain: [...yDomain], label: null},
    marks: [
      Plot.gridY({ticks: 5}),
      Plot.axisY({ticks: 5, label: null, tickSize: 4}),
      Plot.axisX({
        label: options.xLabel,
        labelAnchor: "center",
        labelArrow: "none",
        tickSize: 4,
        ...(options.x === "log"
          ? {ticks: sizeTicks(xDomain, (width - marginRight - 48) / 40), tickFormat: formatParameters}
          : {ticks: [...new Set(xs)].sort((a, b) => a - b), tickFormat: String}),
      }),
      Plot.text([options.yLabel], {
        frameAnchor: "top-left",
        dx: -44,
        dy: 1 - TOP,
        textAnchor: "start",
        fontStyle: "italic",
      }),
      ...(reference === undefined
        ? []
        : [
            Plot.ruleY([reference.y], {strokeDasharray: "4 3", strokeOpacity: 0.6}),
            Plot.text([reference.name], {
              frameAnchor: "left",
              dx: 4,
              dy: place(reference.y) - TOP - inner / 2 - 7,
              textAnchor: "start",
              fontSize: 10,
            }),
          ]),
      ...known.flatMap(({points, index}) => {
        const {colour, dash, symbol} = seriesAt(index);
        const stroke = dash === undefined ? {} : {strokeDasharray: dash};
        const banded = points.length > 1 && points.every(({whisker, faint}) => whisker && !faint);
        return [
          ...(banded
            ? [
                Plot.areaY(points, {
                  x: "x",
                  y1: "lower",
                  y2: "upper",
                  fill: colour,
                  fillOpacity: 0.13,
                  ...inSeries(index),
                }),
              ]
            : []),
          Plot.ruleX(
            points.filter(({whisker, faint}) => whisker && !faint),
            {x: "x", y1: "lower", y2: "upper", stroke: colour, strokeOpacity: 0.7, ...inSeries(index)},
          ),
          Plot.lineY(
            points.filter(({faint}) => !faint),
            {x: "x", y: "y", stroke: colour, strokeWidth: 1.8, ...stroke, ...inSeries(index)},
          ),
          Plot.dot(points, {
            x: "x",
            y: "y",
            r: 3.6,
            fill: colour,
            symbol,
            title: "title",
            fillOpacity: point => (point.faint ? 0.35 : 1),
            ...inSeries(index),
          }),
        ];
      }),
      ...labels.flatMap(({line, y}) => {
        const [corner, dx] = ["top-left" as const, right - 48];
        const remark = {
          frameAnchor: corner,
          dx,
          dy: y - TOP + 7,
          textAnchor: "start" as const,
          lineAnchor: "middle" as const,
        };
        return [
          ...endLabel(line.name, line.index, {corner, dx, dy: y - TOP - (line.remark ? 7 : 0)}),
          ...(line.remark ? [Plot.text([line.remark], {...remark, fontSize: 10})] : []),
        ];
      }),
    ],
  });
}

/** Moves what would overlap apart, keeping the order from top to bottom and staying between the bounds where it can. */
export function spreadOut<T extends {readonly y: number; readonly height: number}>(
  items: readonly T[],
  bounds: {readonly low: number; readonly high: number},
): T[] {
  const sorted = [...items].sort((one, other) => one.y - other.y);
  const places: number[] = [];
  sorted.forEach(({y, height}, i) => {
    const before = sorted[i - 1];
    const least = before === undefined ? bounds.low + height / 2 : (places[i - 1] ?? 0) + (before.height + height) / 2;
    places.push(Math.max(y, least));
  });
  let highest = bounds.high;
  for (let i = sorted.length - 1; i >= 0; i--) {
    const height = sorted[i]?.height ?? 0;
    places[i] = Math.max(bounds.low + height / 2, Math.min(places[i] ?? 0, highest - height / 2));
    highest = (places[i] ?? 0) - height / 2;
  }
  return sorted.map((item, i) => ({...item, y: places[i] ?? item.y}));
}

function within(reach: readonly [number, number], bounds: Lines["bounds"]): readonly [number, number] {
  const {low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY} = bounds ?? {};
  return [Math.max(reach[0], low), Math.min(reach[1], high)];
}

/** 1, 2, 5 times powers of ten, or 1 alone, as many as there is room for; never fewer than two. */
function sizeTicks(domain: readonly number[], most: number): number[] {
  const [low = 1, high = 10] = domain;
  for (const heads of [[1, 2, 5], [1, 3], [1]]) {
    const ticks: number[] = [];
    for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
      for (const head of heads) ticks.push(head * 10 ** power);
    const inside = ticks.filter(tick => tick >= low && tick <= high);
    if (inside.length <= most && inside.length > 1) return inside;
  }
  return [low * 1.25, high / 1.25];
}
