import * as Plot from "@observablehq/plot";
import {largest} from "../../math/extremes.ts";
import {seriesAt} from "./palette.ts";
import type {Picture} from "./picture.ts";
import {textWidth} from "./picture.ts";
import {draw} from "./plot.ts";
import {keyOf} from "./series.ts";

const ROW = 18;

/** What marks stand for, above a picture that has no room for names beside them; in rows of the given width. */
export function key(names: readonly string[], width: number): Picture {
  let [x, row] = [6, 0];
  const places = names.map((name, index) => {
    const needed = textWidth(name, 13) + 30;
    if (x > 6 && x + needed > width) [x, row] = [6, row + 1];
    const place = {name, index, x, y: row * ROW + ROW / 2};
    x += needed;
    return place;
  });
  const height = (row + 1) * ROW;
  return draw({
    width,
    height,
    margin: 0,
    x: {domain: [0, width], range: [0, width], axis: null},
    y: {domain: [0, height], range: [0, height], axis: null},
    marks: places.flatMap(({name, index, x: left, y}) => [
      Plot.dot([{}], {x: [left], y: [y], r: 4, symbol: seriesAt(index).symbol, fill: seriesAt(index).colour}),
      Plot.text([{}], {x: [left + 9], y: [y], text: [name], textAnchor: "start", ...keyOf(index)}),
    ]),
  });
}

/** Width of the mark before a name. */
export const MARK_WIDTH = 12;

/** A series' mark and its name in the series' colour, at the end of its line; `dx` and `dy` from a corner of the frame. */
export function endLabel(
  name: string,
  index: number,
  {corner, dx, dy}: {readonly corner: "top-left" | "top-right"; readonly dx: number; readonly dy: number},
) {
  const {colour, symbol} = seriesAt(index);
  const at = {frameAnchor: corner, dy, fill: colour};
  return [
    Plot.dot([name], {...at, dx: dx + 4, r: 3.2, symbol}),
    Plot.text([name], {
      ...at,
      dx: dx + MARK_WIDTH,
      textAnchor: "start",
      lineAnchor: "middle",
      fontWeight: 600,
      ...keyOf(index),
    }),
  ];
}

/** One picture above the other. */
export function stacked(pictures: readonly Picture[], gap = 6): Picture {
  let top = 0;
  const bodies = pictures.map(({height, body}) => {
    const at = top;
    top += height + gap;
    return `<g transform="translate(0,${at})">${body}</g>`;
  });
  return {
    width: largest(pictures.map(({width}) => width)),
    height: top - gap,
    body: bodies.join(""),
  };
}
