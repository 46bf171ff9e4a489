import {describe, expect, test} from "vitest";
import {csvText} from "../../src/compare/csv.ts";
import {experimentCsv} from "../../src/experiment/experiment-csv.ts";
import {experimentText} from "../../src/experiment/experiment-text.ts";
import {experimentList} from "../../src/experiment/index.ts";
import {type ExperimentResults, experimentSchema} from "../../src/records/results/experiment.ts";
import {experimentPage} from "../../src/report/experiment-page.ts";
import {drawExperiment} from "../../src/report/figure/experiment.ts";
import {captured, labelStep} from "../dynamics/support.ts";
import {materialOf, settingRun} from "./support.ts";

const ASSETS = {style: "", script: "", styleHash: "sha256-a", scriptHash: "sha256-b"};
const HOSTILE = '</script><img src=x onerror="alert(1)">';

const documents = Array.from({length: 24}, (_, i) =>
  captured(`d${String(i).padStart(2, "0")}`, {
    steps: [labelStep(1, [0.1, 0.2, 0.6, 0.1], "joy")],
    labels: i % 2 === 0 ? ["joy", "fear"] : ["joy"],
    gold: ["joy"],
  }),
);

/** Results of an experiment on the same answers at each of its default settings. */
function resultsOf(name: string, model = "m"): ExperimentResults {
  const experiment = experimentList.find(one => one.name === name);
  if (experiment === undefined) throw new Error(`no experiment ${name}`);
  const settings = experiment.variations({}).map(({setting}) => setting);
  const material = materialOf(
    settings.map(setting => settingRun(setting, ["joy", "anger", "fear"], documents)),
    experiment.estimators,
  );
  const models = material.models.map(one => ({...one, model}));
  return experimentSchema.parse({
    schema: 1,
    labelscope: "0.0.0",
    experiment: name,
    title: experiment.title,
    task: {
      id: "t",
      title: HOSTILE,
      annotations: "aggregated",
      gold: "labels",
      labels: ["joy"],
      noneLabel: null,
      documents: 12,
    },
    settings: {values: settings, leftOut: [], estimators: experiment.estimators, seed: 0, resamples: 200, level: 0.95},
    runs: [],
    tables: experiment.tables({...material, models}),
    warnings: [{code: "some-code", text: HOSTILE}],
  });
}

describe.each(experimentList.map(({name}) => name))("the report of %s", name => {
  const results = resultsOf(name);

  test("draws each of its figures, with as many dots as there are numbers at least", () => {
    const figures = experimentList.find(one => one.name === name)?.figures(results) ?? [];
    expect(figures.length).toBeGreaterThan(0);
    for (const figure of figures) {
      const drawing = drawExperiment(results, figure);
      if (!("picture" in drawing)) throw new Error(drawing.reason);
      const rows = results.tables.find(table => table.name === figure.table)?.rows ?? [];
      const numbers = rows.flatMap(({cells}) => figure.columns.flatMap(column => cells[column]?.value ?? []));
      expect(drawing.picture.body).not.toMatch(/NaN|undefined|Infinity/);
      // Each dot is a path or a circle of a group of its series.
      expect(drawing.picture.body.match(/<(?:path|circle)/g)?.length).toBeGreaterThanOrEqual(numbers.length);
      expect(drawing.caption).toContain("95 % intervals from 200 bootstrap resamples");
    }
  });

  test("names the place of every number of the page in experiment.json", () => {
    const page = experimentPage(results, [], ASSETS);
    const places = [...page.matchAll(/data-value="([^"]*)" data-path="tables\.(\d+)\.rows\.(\d+)\.cells\.([^"]*)"/g)];
    expect(places.length).toBeGreaterThan(0);
    for (const [, value, table, row, cell] of places) {
      const number = results.tables[Number(table)]?.rows[Number(row)]?.cells[cell ?? ""];
      expect(number?.value).toBe(Number(value));
    }
  });

  test("lets no text of the task become markup", () => {
    const page = experimentPage(results, [], ASSETS);
    expect(page).not.toContain("<img");
    expect(page.match(/<script>/g)).toHaveLength(1);
  });

  test("writes every number to a CSV file, one a line", () => {
    for (const table of results.tables) {
      const lines = csvText(experimentCsv(table)).trimEnd().split("\n");
      expect(lines[0]).toBe("model,setting,measure,value,lower,upper,n,method,reason,note");
      const cells = table.rows.flatMap(row => Object.values(row.cells));
      expect(lines).toHaveLength(1 + cells.length);
    }
  });

  test("shows every table and warning in the terminal", () => {
    const text = experimentText(results);
    for (const {title, caption} of results.tables) {
      expect(text).toContain(`\n${title}\n`);
      expect(text).toContain(`\n${caption}`);
    }
    expect(text).toContain(`warning: ${HOSTILE}`);
    expect(text).not.toMatch(/NaN|undefined/);
  });
});

test("a figure without a number says why", () => {
  const results = resultsOf("label-order");
  const rows =
    results.tables[0]?.rows.map(row => ({...row, cells: {prompt: {reason: "nothing was said", n: 0}}})) ?? [];
  const empty = {...results, tables: results.tables.map(table => ({...table, rows}))};
  const figure = {table: "order", shape: {kind: "dots", together: true}, columns: ["prompt"]} as const;
  expect(drawExperiment(empty, figure)).toMatchObject({reason: "nothing was said"});
});
