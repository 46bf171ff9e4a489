import * as Plot from "@observablehq/plot";
import {largest} from "../../math/extremes.ts";
import type {Measured} from "../../records/results/value.ts";
import {padded} from "./forest.ts";
import {endLabel, MARK_WIDTH} from "./key.ts";
import {spreadOut} from "./lines.ts";
import {seriesAt} from "./palette.ts";
import {type Picture, textWidth} from "./picture.ts";
import {draw} from "./plot.ts";

export interface Slope {
  readonly name: string;
  /** What is written under the name: the change with its interval. */
  readonly remark: string;
  readonly index: number;
  readonly from: Measured;
  readonly to: Measured;
}

export interface SlopeChart {
  readonly slopes: readonly Slope[];
  readonly ends: readonly [string, string];
  readonly yLabel: string;
  readonly bounds?: {readonly low: number; readonly high?: number};
  readonly height: number;
}

const [TOP, BOTTOM, LEFT, BETWEEN] = [26, 26, 46, 170];

/** A line a pair, from the base on the left to the variant on the right, with whiskers and the change at its end. */
export function slopeChart({slopes, ends, yLabel, bounds, height}: SlopeChart): Picture {
  const known = slopes.flatMap(slope => {
    const [from, to] = [slope.from.value, slope.to.value];
    return from === undefined || to === undefined
      ? []
      : [{...slope, at: [whisker(slope.from, from), whisker(slope.to, to)]}];
  });
  const reach = padded(known.flatMap(({at}) => at.flatMap(({y, lower, upper}) => [y, lower, upper])));
  const domain = [Math.max(reach[0], bounds?.low ?? reach[0]), Math.min(reach[1], bounds?.high ?? reach[1])] as const;
  const inner = height - TOP - BOTTOM;
  const place = (y: number) => TOP + ((domain[1] - y) / (domain[1] - domain[0])) * inner;
  const labelled = spreadOut(
    known.map(slope => ({slope, y: place(slope.to.value ?? 0), height: 27})),
    {low: TOP - 14, high: height - BOTTOM + 10},
  );
  const marginRight =
    24 +
    largest(
      known.map(({name, remark}) => Math.max(MARK_WIDTH + textWidth(name, 11), textWidth(remark, 10))),
      0,
    );
  return draw({
    width: LEFT + 40 + BETWEEN + marginRight,
    height,
    marginTop: TOP,
    marginBottom: BOTTOM,
    marginLeft: LEFT,
    marginRight,
    x: {domain: [-0.2, 1.05]},
    y: {domain: [...domain]},
    marks: [
      Plot.gridY({ticks: 5}),
      Plot.axisY({ticks: 5, label: null, tickSize: 4}),
      Plot.axisX({ticks: [0, 1], tickFormat: (end: number) => ends[end] ?? "", label: null, tickSize: 4}),
      Plot.text([yLabel], {frameAnchor: "top-left", dx: 4 - LEFT, dy: -TOP, textAnchor: "start", fontStyle: "italic"}),
      ...known.flatMap(({at, index}) => {
        const {colour, dash, symbol} = seriesAt(index);
        const points = at.map((end, x) => ({...end, x: x + (index % 3 === 0 ? 0 : (index % 3) - 1.5) * 0.02}));
        return [
          Plot.ruleX(points, {x: "x", y1: "lower", y2: "upper", stroke: colour, strokeOpacity: 0.6}),
          Plot.lineY(points, {
            x: "x",
            y: "y",
            stroke: colour,
            strokeWidth: 1.8,
            ...(dash === undefined ? {} : {strokeDasharray: dash}),
          }),
          Plot.dot(points, {x: "x", y: "y", r: 3.6, fill: colour, symbol}),
        ];
      }),
      ...labelled.flatMap(({slope: {name, remark, index}, y}) => {
        const at = {
          frameAnchor: "top-right" as const,
          dx: 12,
          textAnchor: "start" as const,
          lineAnchor: "middle" as const,
        };
        return [
          ...endLabel(name, index, {corner: "top-right", dx: 12, dy: y - TOP - 6.5}),
          Plot.text([remark], {...at, dy: y - TOP + 6.5, fontSize: 10}),
        ];
      }),
    ],
  });
}

function whisker({lower, upper}: Measured, y: number) {
  return {y, lower: lower ?? y, upper: upper ?? y};
}
