import {runTitles} from "../../compare/run-titles.ts";
import {largest} from "../../math/extremes.ts";
import type {Dynamics} from "../../records/results/dynamics.ts";
import type {Results} from "../../records/results/results.ts";
import type {Measured} from "../../records/results/value.ts";
import {type Drawing, inOrder, intervalWords, reasonsOf} from "./figure.ts";
import {forest} from "./forest.ts";
import {key, stacked} from "./key.ts";
import {inGrid} from "./picture.ts";

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
  const panels = valued.map(({heading, xLabel, domain, series}, column) => {
    const dots = forest({
      rows,
      series,
      xLabel,
      width: 320,
      bare: column > 0,
      room: largest(valued.map(panel => panel.series.length)),
      ...(domain === undefined ? {} : {domain}),
    });
    const manySeries = valued.some(panel => panel.series.length > 1);
    const names = series.length > 1 ? series.map(({name: label}) => label) : [];
    return {heading, picture: manySeries ? stacked([key(names, dots.width), dots]) : dots};
  });
  const missing = reasonsOf(numbers);
  const caption = [what.words, intervalWords(results, numbers), ...(missing ? [`Missing: ${missing}.`] : [])].join(" ");
  return {name, title, caption, picture: inGrid(panels, 3, 16)};
}
