import {largest} from "../../math/extremes.ts";
import {escapeXml} from "./svg.ts";

/** A drawing without a frame: SVG markup that fills a box of this size, in pixels. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

/** Family of every text; the first one ships with labelscope and is what PNG files are drawn with. */
export const FONT = "Inter, 'Helvetica Neue', Arial, sans-serif";

/** How wide a text comes out, in pixels: an estimate on the safe side from the mean width of a character. */
export function textWidth(text: string, size = 12): number {
  return Math.ceil(text.length * size * 0.56);
}

/** Pictures side by side, row by row, each with a heading above it. */
export function inGrid(
  panels: readonly {readonly heading: string; readonly picture: Picture}[],
  columns: number,
  gap = 24,
): Picture {
  const heading = 22;
  const rows: (typeof panels)[] = [];
  for (let start = 0; start < panels.length; start += columns) rows.push(panels.slice(start, start + columns));
  let [top, width] = [0, 0];
  const bodies = rows.map(row => {
    let left = 0;
    const placed = row.map(({heading: text, picture}) => {
      const at = left;
      left += picture.width + gap;
      const head = `<text x="0" y="13" font-size="13" font-weight="600">${escapeXml(text)}</text>`;
      const body = `<g transform="translate(0,${heading})">${picture.body}</g>`;
      return `<g transform="translate(${at},${top})">${head}${body}</g>`;
    });
    width = Math.max(width, left - gap);
    top += heading + largest(row.map(({picture}) => picture.height)) + gap;
    return placed.join("");
  });
  return {width: Math.max(0, width), height: Math.max(0, top - gap), body: bodies.join("")};
}

/** Breaks a text into lines of at most so many pixels, at spaces. */
export function wrapText(text: string, width: number, size: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const joined = last === undefined ? word : `${last} ${word}`;
    if (last !== undefined && textWidth(joined, size) <= width) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  return lines;
}
