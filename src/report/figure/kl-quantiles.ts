import * as Plot from "@observablehq/plot";
import {runTitles} from "../../compare/run-titles.ts";
import {largest, smallest} from "../../math/extremes.ts";
import type {KlReport} from "../../records/results/kl-report.ts";
import type {Figure} from "./figure.ts";
import {endLabel, MARK_WIDTH} from "./key.ts";
import {spreadOut} from "./lines.ts";
import {seriesAt} from "./palette.ts";
import {type Picture, textWidth} from "./picture.ts";
import {draw} from "./plot.ts";

const QUANTILES = [
  ["p01", "1 %"],
  ["p05", "5 %"],
  ["p10", "10 %"],
  ["median", "50 %"],
  ["p90", "90 %"],
  ["p95", "95 %"],
  ["p99", "99 %"],
  ["p999", "99.9 %"],
  ["max", "max"],
] as const;
/** Below this a divergence is rounding; a logarithmic axis needs a floor. */
const FLOOR = 1e-9;

/** How far a quantised model's distribution is from the base's, quantile by quantile: llama.cpp's report as a picture. */
export const klQuantiles: Figure = {
  name: "quantisation-kl",
  section: "variants",
  path: "variants[].step1.klReport",
  read: "How far the quantised distribution is from the base’s, from the closest step to the farthest.",
  worry: "A line that rises above 0.1 before the 90 % mark.",
  draw: results => {
    const name = "quantisation-kl";
    const title = "KL divergence of quantised models from their base, step 1";
    const titles = runTitles(results);
    const reports = results.variants.flatMap(({variant, step1: {klReport}}) =>
      klReport === undefined || klReport.kld.n === 0 ? [] : [{run: titles.get(variant) ?? variant, report: klReport}],
    );
    if (reports.length === 0) return [];
    const bounds = reports.some(({report}) => report.bound === "lower")
      ? " Lower bounds: full logits were not stored."
      : "";
    const counts = reports.map(({report}) => report.kld.n);
    const [fewest, most] = [smallest(counts), largest(counts)];
    const caption = `KL(base‖quantised) of the full vocabulary in nats: quantiles over n = ${fewest === most ? most : `${fewest}–${most}`} label steps, as llama.cpp reports them, so no intervals.${bounds}`;
    return [{name, title, caption, picture: picture(reports)}];
  },
};

function picture(reports: readonly {readonly run: string; readonly report: KlReport}[]): Picture {
  const lines = reports.map(({run, report}, index) => ({
    run,
    index,
    points: QUANTILES.flatMap(([key], x) => {
      const value = report.kld[key];
      return value === undefined ? [] : [{x, y: Math.max(FLOOR, value)}];
    }),
  }));
  const ys = lines.flatMap(({points}) => points.map(({y}) => y));
  const [low, high] = [smallest(ys) / 1.5, largest(ys) * 1.5];
  const [height, top, bottom] = [330, 26, 36];
  const marginRight = 20 + MARK_WIDTH + largest(lines.map(({run}) => textWidth(run, 11)));
  const place = (y: number) =>
    top + ((Math.log(high) - Math.log(y)) / (Math.log(high) - Math.log(low))) * (height - top - bottom);
  const labels = spreadOut(
    lines.map(line => ({line, y: place(line.points.at(-1)?.y ?? low), height: 14})),
    {low: top - 8, high: height - bottom + 8},
  );
  return draw({
    width: 560 + marginRight,
    height,
    marginTop: top,
    marginBottom: bottom,
    marginLeft: 58,
    marginRight,
    x: {domain: [-0.3, QUANTILES.length - 0.7]},
    y: {type: "log", domain: [low, high]},
    marks: [
      Plot.gridY({ticks: 5}),
      Plot.axisY({ticks: 5, label: null, tickFormat: (value: number) => value.toPrecision(1)}),
      Plot.axisX({
        ticks: QUANTILES.map((_, i) => i),
        tickFormat: (i: number) => QUANTILES[i]?.[1] ?? "",
        label: "share of label steps below",
        labelAnchor: "center",
        labelArrow: "none",
      }),
      Plot.text(["nats"], {frameAnchor: "top-left", dx: -54, dy: -24, textAnchor: "start", fontStyle: "italic"}),
      ...lines.flatMap(({points, index}) => {
        const {colour, dash, symbol} = seriesAt(index);
        return [
          Plot.lineY(points, {x: "x", y: "y", stroke: colour, ...(dash === undefined ? {} : {strokeDasharray: dash})}),
          Plot.dot(points, {x: "x", y: "y", r: 3.4, fill: colour, symbol}),
        ];
      }),
      ...labels.flatMap(({line, y}) => endLabel(line.run, line.index, {corner: "top-right", dx: 10, dy: y - top})),
    ],
  });
}
