import type {CsvTable} from "../compare/csv.ts";
import type {ExperimentTable} from "../records/results/experiment.ts";

/** A table as a CSV file: a line a number, which a plotting program reads as it is. */
export function experimentCsv({name, columns, rows}: ExperimentTable): CsvTable {
  return {
    name,
    header: ["model", "setting", "measure", "value", "lower", "upper", "n", "method", "reason", "note"],
    rows: rows.flatMap(({model, setting, cells}) =>
      columns.flatMap(column => {
        const cell = cells[column.name];
        if (cell === undefined) return [];
        const {value, lower, upper, n, method, reason, note} = cell;
        return [[model, setting, column.name, value, lower, upper, n, method, reason, note]];
      }),
    ),
  };
}
