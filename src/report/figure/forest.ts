import * as Plot from "@observablehq/plot";
import {largest, smallest} from "../../math/extremes.ts";
import type {Measured} from "../../records/results/value.ts";
import {formatMeasured} from "../format.ts";
import {seriesAt} from "./palette.ts";
import {type Picture, textWidth} from "./picture.ts";
import {draw} from "./plot.ts";
import {inSeries} from "./series.ts";

export interface Forest {
  readonly rows: readonly string[];
  /** Each with one number a row; a row without one is left empty. Their marks are those of the key, in this order. */
  readonly series: readonly {readonly name: string; readonly values: readonly (Measured | undefined)[]}[];
  readonly xLabel: string;
  /** Default: what the numbers and their intervals need. */
  readonly domain?: readonly [number, number];
  /** Without the names of rows, which stand to the left of it. */
  readonly width: number;
  /** Without names of rows, for a panel to the right of another. */
  readonly bare?: boolean;
  /** Room for so many series in a row: the same for all panels side by side. Default: as many as there are. */
  readonly room?: number;
  /** A vertical line where nothing differs. */
  readonly reference?: number;
}

/** Numbers with intervals as dots and whiskers, a row each; several series stand below each other within a row. */
export function forest(options: Forest): Picture {
  const {rows, series} = options;
  const step = Math.max(26, 12 * (options.room ?? series.length) + 10);
  const marginLeft = options.bare === true ? 12 : namesWidth(rows);
  const width = options.width + marginLeft - 12;
  const height = 44 + step * rows.length;
  const points = series.flatMap(({name, values}, index) =>
    values.flatMap((number, row) => {
      if (number?.value === undefined) return [];
      const y = row + (index - (series.length - 1) / 2) / (series.length + 0.8);
      const {value: x, lower = x, upper = x} = number;
      const title = `${name === "" ? "" : `${name}, `}${rows[row] ?? ""}: ${formatMeasured(number)}`;
      return [{x, y, lower, upper, index, title, whisker: number.lower !== undefined}];
    }),
  );
  const ends = points.flatMap(({lower, upper, x}) => [lower, upper, x]);
  const reach = options.domain ?? padded([...ends, ...(options.reference === undefined ? [] : [options.reference])]);
  return draw({
    width,
    height,
    marginLeft,
    marginRight: 12,
    marginTop: 6,
    marginBottom: 38,
    x: {
      domain: [...reach],
      label: options.xLabel,
      labelAnchor: "center",
      labelArrow: "none",
      grid: true,
      ticks: 5,
      clamp: true,
    },
    y: {domain: [-0.5, rows.length - 0.5], reverse: true, axis: null},
    marks: [
      Plot.axisX({label: options.xLabel, labelAnchor: "center", labelArrow: "none", ticks: 5, tickSize: 4}),
      ...(options.bare === true ? [] : [names(rows, reach[0])]),
      ...(options.reference === undefined
        ? []
        : [Plot.ruleX([options.reference], {stroke: "currentColor", strokeOpacity: 0.6})]),
      ...series.flatMap((_, index) => {
        const own = points.filter(point => point.index === index);
        const {colour, symbol} = seriesAt(index);
        return [
          Plot.ruleY(
            own.filter(({whisker}) => whisker),
            {y: "y", x1: "lower", x2: "upper", stroke: colour, strokeWidth: 1.6, ...inSeries(index)},
          ),
          Plot.dot(own, {x: "x", y: "y", r: 3.6, fill: colour, symbol, title: "title", ...inSeries(index)}),
        ];
      }),
    ],
  });
}

/** Room for the names of rows at the left. */
export function namesWidth(rows: readonly string[]): number {
  return (
    16 +
    largest(
      rows.map(row => textWidth(row, 11)),
      0,
    )
  );
}

function names(rows: readonly string[], left: number) {
  return Plot.text(
    rows.map((text, y) => ({text, y, x: left})),
    {x: "x", y: "y", text: "text", textAnchor: "end", dx: -8},
  );
}

/** The reach of some numbers with a little room on both sides; around a single one, too. */
export function padded(values: readonly number[], share = 0.05): readonly [number, number] {
  const [low, high] = [smallest(values), largest(values)];
  if (values.length === 0) return [0, 1];
  const room = high > low ? (high - low) * share : Math.max(Math.abs(high) * 0.1, 0.05);
  return [low - room, high + room];
}
