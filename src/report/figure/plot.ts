import * as Plot from "@observablehq/plot";
import {parseHTML} from "linkedom";
import type {Picture} from "./picture.ts";
import {type SvgNode, writeSvg} from "./svg.ts";

export type PlotOptions = Parameters<typeof Plot.plot>[0];

/**
 * Draws marks with Observable Plot in a document of its own, so that nothing outside changes what comes out.
 *
 * No legends (their marks are HTML): series carry their names beside them.
 */
export function draw(options: PlotOptions & {readonly width: number; readonly height: number}): Picture {
  const {document} = parseHTML("<!doctype html><html><body></body></html>");
  const node: SvgNode = Plot.plot({...options, document, style: {}});
  const body = [...node.childNodes].map(writeSvg).join("");
  return {
    width: options.width,
    height: options.height,
    body: `<g font-size="11" text-anchor="middle">${body}</g>`,
  };
}
