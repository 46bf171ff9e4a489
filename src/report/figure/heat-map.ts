import * as Plot from "@observablehq/plot";
import {largest} from "../../math/extremes.ts";
import {type Picture, textWidth} from "./picture.ts";
import {draw} from "./plot.ts";

export interface HeatMap {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  /** Shares in [0, 1] by row and column; `undefined` where there is nothing to divide by. */
  readonly shares: readonly (readonly (number | undefined)[])[];
  /** What is written into a cell. */
  readonly texts: readonly (readonly string[])[];
  readonly rowLabel: string;
  readonly columnLabel: string;
}

const CELL = {width: 44, height: 26};
/** At full share the cell is this strong, so that ink stays readable on it, on white and on a dark page. */
const [COLOUR, STRONGEST] = ["#00609A", 0.6];

/** Shares as cells that are the fuller the darker, each with its number: the number alone would do in grayscale. */
export function heatMap({rows, columns, shares, texts, rowLabel, columnLabel}: HeatMap): Picture {
  const marginLeft =
    18 +
    largest(
      rows.map(row => textWidth(row, 11)),
      textWidth(rowLabel, 11) - 20,
    );
  const marginTop = 30 + largest(columns.map(column => textWidth(column, 11))) * 0.75;
  const cells = shares.flatMap((row, y) => row.map((share, x) => ({x, y, share, text: texts[y]?.[x] ?? ""})));
  const known = cells.filter(({share}) => share !== undefined && share > 0);
  const width = marginLeft + columns.length * CELL.width + 44;
  return draw({
    width,
    height: marginTop + rows.length * CELL.height + 8,
    marginLeft,
    marginTop,
    marginRight: 44,
    marginBottom: 8,
    x: {domain: columns.map((_, i) => i), axis: null, padding: 0.04},
    y: {domain: rows.map((_, i) => i), axis: null, padding: 0.06},
    marks: [
      Plot.cell(cells, {x: "x", y: "y", fill: "none", stroke: "currentColor", strokeOpacity: 0.18}),
      Plot.cell(known, {
        x: "x",
        y: "y",
        fill: COLOUR,
        fillOpacity: ({share}: {share: number}) => Math.round(share * STRONGEST * 100) / 100,
      }),
      Plot.text(cells, {x: "x", y: "y", text: "text", fontSize: 10.5}),
      Plot.text(rows, {
        x: () => 0,
        y: (_: string, i: number) => i,
        text: (row: string) => row,
        textAnchor: "end",
        dx: -CELL.width / 2 - 6,
      }),
      Plot.text(columns, {
        x: (_: string, i: number) => i,
        y: () => 0,
        text: (column: string) => column,
        rotate: -45,
        textAnchor: "start",
        dy: -CELL.height / 2 - 6,
      }),
      Plot.text([`${columnLabel} →`], {
        frameAnchor: "top-left",
        dx: -marginLeft,
        dy: 12 - marginTop,
        textAnchor: "start",
        fontStyle: "italic",
      }),
      Plot.text([`${rowLabel} ↓`], {
        frameAnchor: "top-left",
        dx: -marginLeft,
        dy: -8,
        textAnchor: "start",
        fontStyle: "italic",
      }),
    ],
  });
}
