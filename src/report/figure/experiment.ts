import type {ExperimentColumn, ExperimentResults, ExperimentTable} from "../../records/results/experiment.ts";
import type {Measured} from "../../records/results/value.ts";
import {type Drawing, intervalWords, reasonsOf} from "./figure.ts";
import {forest} from "./forest.ts";
import {key, stacked} from "./key.ts";
import {lines} from "./lines.ts";
import {inGrid} from "./picture.ts";

/** A column whose numbers are places on the horizontal axis, and that axis's label. */
interface Against {
  readonly column: string;
  readonly label: string;
}

/** Which numbers of an experiment a figure shows, and how. */
export interface ExperimentFigure {
  /** The table that they are of. */
  readonly table: string;
  /**
   * `lines`: against the setting as a number, or against a column, a line a model, a panel a column; `dots`: a row a model
   * and setting, the columns beside each other in one panel (`together`) or in a panel each.
   */
  readonly shape:
    | {readonly kind: "lines"; readonly against: "setting" | Against; readonly diagonal?: string}
    | {readonly kind: "dots"; readonly together: boolean};
  readonly columns: readonly string[];
}

/** Draws a figure of an experiment from its results alone; it has its table's title. */
export function drawExperiment(results: ExperimentResults, figure: ExperimentFigure): Drawing {
  const name = `${results.experiment}-${figure.table}`;
  const table = results.tables.find(one => one.name === figure.table);
  if (table === undefined) return {name, title: results.title, reason: `there is no table "${figure.table}"`};
  const columns = figure.columns.flatMap(column => table.columns.find(one => one.name === column) ?? []);
  const numbers = table.rows.flatMap(({cells}) => columns.flatMap(column => cells[column.name] ?? []));
  const {title} = table;
  const drawable = columns.filter(column => table.rows.some(({cells}) => cells[column.name]?.value !== undefined));
  if (drawable.length === 0) return {name, title, reason: reasonsOf(numbers) || "the table is empty"};
  const {shape} = figure;
  const picture =
    shape.kind === "lines"
      ? inGrid(
          drawable.map(column => ({heading: column.title, picture: linesOf(table, column, shape)})),
          2,
        )
      : shape.together
        ? dotsTogether(table, drawable)
        : inGrid(
            drawable.map((column, at) => ({heading: column.title, picture: dotsOf(table, [column], at > 0)})),
            3,
            16,
          );
  const missing = reasonsOf(numbers);
  const caption = [
    `${results.task.title}.`,
    table.caption,
    intervalWords(results, numbers),
    ...(missing === "" ? [] : [`Missing: ${missing}.`]),
  ].join(" ");
  return {name, title, caption, picture};
}

function linesOf(
  table: ExperimentTable,
  column: ExperimentColumn,
  {against, diagonal}: Extract<ExperimentFigure["shape"], {readonly kind: "lines"}>,
) {
  const place = ({setting, cells}: ExperimentTable["rows"][number]) =>
    against === "setting" ? Number(setting) : cells[against.column]?.value;
  const models = [...new Set(table.rows.map(({model}) => model))];
  const found = models.map((model, index) => ({
    name: model,
    index,
    points: table.rows
      .filter(row => row.model === model)
      .flatMap(row => {
        const [x, number] = [place(row), row.cells[column.name]];
        return x === undefined || number === undefined ? [] : [{x, number}];
      }),
  }));
  const xs = [...new Set(found.flatMap(({points}) => points.map(({x}) => x)))].sort((one, other) => one - other);
  const equal = xs.map(x => ({x, number: {value: x, n: 0} satisfies Measured}));
  return lines({
    lines: diagonal === undefined ? found : [...found, {name: diagonal, index: models.length, points: equal}],
    xLabel: against === "setting" ? table.settingTitle : against.label,
    yLabel: column.kind === "share" ? "share of documents" : "mean over documents",
    x: "linear",
    ...(column.kind === "share" ? {bounds: {low: 0, high: 1}} : {}),
    width: 500,
    height: 270,
  });
}

function dotsTogether(table: ExperimentTable, columns: readonly ExperimentColumn[]) {
  const dots = dotsOf(table, columns, false);
  return columns.length > 1
    ? stacked([
        key(
          columns.map(({title}) => title),
          dots.width,
        ),
        dots,
      ])
    : dots;
}

function dotsOf(table: ExperimentTable, columns: readonly ExperimentColumn[], bare: boolean) {
  const models = new Set(table.rows.map(({model}) => model));
  return forest({
    rows: table.rows.map(({model, setting}) => (models.size > 1 ? `${model} · ${setting}` : setting)),
    series: columns.map(({name, title}) => ({name: title, values: table.rows.map(({cells}) => cells[name])})),
    xLabel: columns.length === 1 ? (columns[0]?.title ?? "") : "share",
    ...(columns.every(({kind}) => kind === "share") ? {domain: [0, 1] as const} : {}),
    width: bare ? 300 : 380,
    bare,
  });
}
