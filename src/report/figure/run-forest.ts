import {runTitles} from "../../compare/run-titles.ts";
import {largest} from "../../math/extremes.ts";
import type {Dynamics} from "../../records/results/dynamics.ts";
import type {Results} from "../../records/results/results.ts";
import type {Measured} from "../../records/results/value.ts";
import {type Drawing, inOrder, intervalWords, reasonsOf} from "./figure.ts";
import {forest} from "./forest.ts";
import {key, stacked} from "./key.ts";
import {inGrid} from "./picture.ts";

/** Width of a panel without the names of its rows. */
const PANEL = 320;

export interface RunPanel {
  readonly heading: string;
  readonly xLabel: string;
  readonly domain?: readonly [number, number];
  readonly series: readonly {readonly name: string; readonly of: (dynamics: Dynamics) => Measured | undefined}[];
}

/** Numbers of each run as dots with whiskers: a row a run, panels side by side. */
export function runForest(
  results: Results,
  what: {readonly name: string; readonly title: string; readonly words: string; readonly panels: readonly RunPanel[]},
): Drawing {
  const {name, title} = what;
  const titles = runTitles(results);
  const runs = inOrder(results, results.dynamics);
  const valued = what.panels.map(panel => ({
    ...panel,
    series: panel.series.map(({name: label, of}) => ({name: label, values: runs.map(([, dynamics]) => of(dynamics))})),
  }));
  const numbers = valued.flatMap(({series}) =>
    series.flatMap(({values}) => values.filter(number => number !== undefined)),
  );
  if (!numbers.some(({value}) => value !== undefined))
    return {name, title, reason: reasonsOf(numbers) || "no run of a model is among the compared ones"};
  const rows = runs.map(([run]) => titles.get(run) ?? run);
  // Keys of the same height in every panel, so that the rows of all of them stand on the same lines.
  const keyed = (series: readonly {readonly name: string}[], width: number) =>
    key(series.length > 1 ? series.map(one => one.name) : [], width);
  const panels = valued.map(({heading, xLabel, domain, series}, column) => {
    const dots = forest({
      rows,
      series,
      xLabel,
      width: PANEL,
      bare: column > 0,
      room: largest(valued.map(panel => panel.series.length)),
      ...(domain === undefined ? {} : {domain}),
    });
    const manySeries = valued.some(panel => panel.series.length > 1);
    const tallest = largest(valued.map(panel => keyed(panel.series, PANEL).height));
    const names = {...keyed(series, PANEL), height: tallest};
    return {heading, picture: manySeries ? stacked([names, dots]) : dots};
  });
  const missing = reasonsOf(numbers);
  const caption = [what.words, intervalWords(results, numbers), ...(missing ? [`Missing: ${missing}.`] : [])].join(" ");
  return {name, title, caption, picture: inGrid(panels, 3, 16)};
}
