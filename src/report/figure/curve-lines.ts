import type {Curve} from "../../records/results/curves.ts";
import type {Results} from "../../records/results/results.ts";
import type {Measured} from "../../records/results/value.ts";
import {formatInterval, formatNumber} from "../format.ts";
import type {Line} from "./lines.ts";

/** Which count of parameters the x axis shows. */
export type Size = "total" | "nonEmbedding";

export const SIZE_LABELS = {
  total: "parameters",
  nonEmbedding: "parameters without the token embeddings",
} as const satisfies Record<Size, string>;

/** The lines of one curve: a family and variant each, with its slope in the label. */
export function curveLines(results: Results, name: string, size: Size): {lines: Line[]; curves: Curve[]} {
  const lineNames = namesOfLines(results);
  const lines: Line[] = [];
  const curves: Curve[] = [];
  for (const [family, variants] of Object.entries(results.curves)) {
    for (const [variant, byName] of Object.entries(variants)) {
      const curve = byName[name];
      if (curve === undefined) continue;
      const lineName = lineNameOf(family, variant);
      curves.push(curve);
      lines.push({
        name: lineName,
        remark: slopeRemark(curve, size),
        index: lineNames.indexOf(lineName),
        // A file that holds nothing but its embedding has no place on an axis of powers of ten.
        points: curve.points.filter(point => point[size] > 0).map(point => ({x: point[size], number: point})),
      });
    }
  }
  return {lines, curves};
}

/** Every line that any curve has, so that a line keeps its colour in every panel. */
function namesOfLines(results: Results): string[] {
  return Object.entries(results.curves).flatMap(([family, variants]) =>
    Object.keys(variants).map(variant => lineNameOf(family, variant)),
  );
}

function lineNameOf(family: string, variant: string): string {
  return `${family} ${variant}`;
}

/** What the label of a line says under its name. */
function slopeRemark(curve: Curve, size: Size): string {
  const slope = size === "total" ? curve.slope : curve.nonEmbeddingSlope;
  if (slope.value !== undefined) return `${plus(slope)} ${curve.unit} per doubling`;
  if (curve.difference?.value !== undefined) return `${plus(curve.difference)} ${curve.unit}, two sizes`;
  return "no slope: one size";
}

/** A change: its sign is always written. */
export function plus(measured: Measured): string {
  if (measured.value === undefined) return "–";
  const sign = (value: number) => (value > 0 ? `+${formatNumber(value)}` : formatNumber(value));
  return `${sign(measured.value)}${formatInterval(measured, sign)}`;
}

/** Whether there is anything to draw. */
export function isDrawable(lines: readonly Line[]): boolean {
  return lines.some(({points}) => points.some(({number}) => number.value !== undefined));
}

/** What a curve rests on: its points, its slope. */
export function numbersOf(curves: readonly Curve[]): Measured[] {
  return curves.flatMap(({points}) => points);
}
