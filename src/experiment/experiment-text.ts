import {alignColumns} from "../catalog/table.ts";
import {chunks} from "../compare/text-cells.ts";
import type {ExperimentResults, ExperimentTable} from "../records/results/experiment.ts";
import {fixedNumber} from "../report/experiment-page.ts";
import {formatMeasured} from "../report/format.ts";

/** Columns of a table side by side: what fits into about 100 characters. */
const COLUMNS = 3;

/** An experiment for the terminal: what was run, warnings, then its tables. */
export function experimentText(results: ExperimentResults): string {
  const {title, task, settings, runs, warnings, tables} = results;
  const titles = new Map(runs.map(({run, model, setting}) => [run, `${model}, ${setting}`]));
  const head = [
    `${title}`,
    `${task.title} (${task.id}): ${task.documents} documents, ${task.annotations === "aggregated" ? "annotations: aggregated" : "annotators"}, label scoring ${task.labelScoring ?? "not said"}`,
    `Intervals: ${Math.round(100 * settings.level)} % bootstrap over documents, ${settings.resamples} resamples, seed ${settings.seed}.`,
    ...warnings.map(({run, text}) => `warning: ${run === undefined ? "" : `${titles.get(run) ?? run}: `}${text}`),
  ];
  return `${[head.join("\n"), ...tables.map(tableText)].join("\n\n")}\n`;
}

function tableText({title, caption, settingTitle, columns, rows}: ExperimentTable): string {
  const missing = new Set<string>();
  const parts = chunks(columns, COLUMNS).map(some =>
    alignColumns([
      ["model", settingTitle, ...some.map(column => column.title)],
      ...rows.map(({model, setting, cells}) => [
        model,
        setting,
        ...some.map(({name}) => {
          const cell = cells[name];
          if (cell?.reason !== undefined) missing.add(cell.reason);
          return cell === undefined ? "" : formatMeasured(cell, fixedNumber);
        }),
      ]),
    ]),
  );
  const reasons = missing.size === 0 ? [] : [`– where ${[...missing].join("; ")}.`];
  return [title, ...parts, caption, ...reasons].join("\n");
}
