import type {ExperimentResults, ExperimentTable} from "../records/results/experiment.ts";
import type {Drawing} from "./figure/figure.ts";
import {inlineSvg} from "./figure/frame.ts";
import {dataText, type Html, html, trusted} from "./html.ts";
import type {PageAssets} from "./page-shell.ts";
import {pageShell} from "./page-shell.ts";
import {section} from "./section/markup.ts";
import {number, table, text} from "./table.ts";

/** A figure of an experiment and the table that it stands beside. */
export interface ExperimentDrawing {
  readonly table: string;
  readonly drawing: Drawing;
}

/** report.html of an experiment: what was run, then each table with its figure. */
export function experimentPage(
  results: ExperimentResults,
  drawn: readonly ExperimentDrawing[],
  assets: PageAssets,
): string {
  return pageShell(
    {
      title: `${results.title}: ${results.task.title}`,
      labelscope: results.labelscope,
      contents: [["runs", "What was run"], ...results.tables.map(({name, title}) => [placeOf(name), title] as const)],
      main: html`${runsSection(results)}${results.tables.map((one, index) => tableSection(one, index, drawn))}`,
      footer: html`Every number is in <code>experiment.json</code> beside this file, at the place that its cell names (<code>data-path</code>), and in the CSV file of its table. Rounded here; sorting and copying use the full values.`,
    },
    assets,
  );
}

/** Three decimals, so that a column can be read down; differences of rounded sums come out as 0. */
export function fixedNumber(value: number): string {
  return value
    .toFixed(3)
    .replace(/^-(?=0\.0*$)/, "")
    .replace("-", "−");
}

function placeOf(table: string): string {
  return `table-${table.replaceAll(/[^a-z0-9-]+/g, "-")}`;
}

function runsSection({task, settings, runs, warnings}: ExperimentResults): Html {
  const models = [...new Set(runs.map(({model}) => model))];
  const facts: [string, string][] = [
    ["Task", `${task.title} (${task.id})`],
    ["Documents", String(task.documents)],
    ["Annotations", task.annotations],
    ["Label scoring", task.labelScoring ?? "not said"],
    ["Models", models.join(", ")],
    ["Settings", settings.values.join(", ")],
    ...(settings.estimators.length === 0 ? [] : [["Estimators", settings.estimators.join(", ")] as [string, string]]),
    [
      "Intervals",
      `${Math.round(100 * settings.level)} %, ${settings.resamples} bootstrap resamples of documents, seed ${settings.seed}`,
    ],
  ];
  const titles = new Map(runs.map(({run, model, setting}) => [run, `${model}, ${setting}`]));
  const remarks = warnings.map(({run, text: words, code}) => {
    const who = run === undefined ? "" : html`<strong>${dataText(titles.get(run) ?? run)}:</strong> `;
    return html`<li>${who}${dataText(words)} <code>${code}</code></li>`;
  });
  const list = table({
    name: "runs",
    caption: "Runs behind the tables; a run that several settings share stands several times",
    columns: [
      {title: "run"},
      {title: "model"},
      {title: "setting"},
      {title: "labels in the prompt"},
      {title: "demonstrations"},
    ],
    rows: runs.map(({run, model, setting, labelOrder, demonstrations: {count, multi, single, none}}) => [
      text(run),
      text(model),
      text(setting),
      text(labelOrder.join(", ")),
      text(`${count}: ${multi} with several labels, ${single} with one, ${none} with none`),
    ]),
  });
  return section(
    "runs",
    "What was run",
    remarks.length === 0
      ? html`<p class="calm">No warnings.</p>`
      : html`<div class="warnings" role="note" aria-label="Warnings"><h3>${remarks.length === 1 ? "1 warning" : `${remarks.length} warnings`}, before any number</h3><ul>${remarks}</ul></div>`,
    html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${dataText(value)}</dd></div>`)}</dl>`,
    list,
  );
}

function tableSection(one: ExperimentTable, index: number, drawn: readonly ExperimentDrawing[]): Html {
  const {name, title, caption, columns, rows, settingTitle} = one;
  const figures = drawn.filter(figure => figure.table === name).map(({drawing}) => figureMarkup(drawing));
  return section(
    placeOf(name),
    title,
    html`${figures}`,
    table({
      name,
      caption,
      columns: [
        {title: "model"},
        {title: settingTitle},
        ...columns.map(column => ({title: column.title, help: column.summary})),
      ],
      rows: rows.map(({model, setting, cells}, place) => [
        text(model),
        text(setting),
        ...columns.map(column =>
          number(cells[column.name], `tables.${index}.rows.${place}.cells.${column.name}`, {format: fixedNumber}),
        ),
      ]),
    }),
  );
}

function figureMarkup(drawing: Drawing): Html {
  const {name, title} = drawing;
  if ("reason" in drawing)
    return html`<div class="undrawn" id="figure-${name}"><p><strong>${title}</strong>: not drawn, since ${drawing.reason}.</p></div>\n`;
  return html`<figure id="figure-${name}"><h3>${title}</h3>
<div class="drawing">${trusted(inlineSvg(drawing.picture, drawing))}</div>
<figcaption>${drawing.caption} <span class="source">File figures/${name}.svg.</span></figcaption></figure>
`;
}
