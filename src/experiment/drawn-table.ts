import {byName} from "../records/record-of.ts";
import type {ExperimentColumn, ExperimentRow, ExperimentTable} from "../records/results/experiment.ts";
import type {Material, SettingRun} from "./experiment.ts";
import {type Drawn, drawDifference, measuredOf, type Resampling} from "./resampling.ts";

/** Columns whose numbers are made together, from one run. */
export interface ColumnGroup {
  readonly columns: readonly ExperimentColumn[];
  /** One number a column, in their order. */
  readonly draw: (run: SettingRun, resampling: Resampling) => readonly Drawn[];
}

/** The numbers of one row on every resample, in the order of the columns. */
export interface DrawnRow {
  readonly model: string;
  readonly setting: string;
  readonly drawn: readonly Drawn[];
}

/** Every column of every run of every model. */
export function drawRows({models, resampling}: Material, groups: readonly ColumnGroup[]): DrawnRow[] {
  return models.flatMap(({model, runs}) =>
    runs.map(run => ({model, setting: run.setting, drawn: groups.flatMap(group => group.draw(run, resampling))})),
  );
}

/**
 * How each later row of a model differs from its first one, on the same documents.
 *
 * A row's setting names both: `0 → 1`.
 */
export function changedRows(rows: readonly DrawnRow[]): DrawnRow[] {
  return rows.flatMap((row, index) => {
    const first = rows.find(({model}) => model === row.model);
    if (first === undefined || rows.indexOf(first) === index) return [];
    const drawn = row.drawn.flatMap((right, column) => {
      const left = first.drawn[column];
      return left === undefined ? [] : [drawDifference({left: right, right: left})];
    });
    return [{model: row.model, setting: `${first.setting} → ${row.setting}`, drawn}];
  });
}

/** Drawn rows as a table: each number with its interval. */
export function drawnTable(
  head: Omit<ExperimentTable, "columns" | "rows">,
  columns: readonly ExperimentColumn[],
  rows: readonly DrawnRow[],
  resampling: Resampling,
): ExperimentTable {
  const rowOf = ({model, setting, drawn}: DrawnRow): ExperimentRow => ({
    model,
    setting,
    cells: byName(
      columns.flatMap(({name}, index) => {
        const number = drawn[index];
        return number === undefined ? [] : [[name, measuredOf(resampling, number)]];
      }),
    ),
  });
  return {...head, columns: [...columns], rows: rows.map(rowOf)};
}
