import {formatNameSchema} from "../records/task.ts";
import type {Experiment} from "./experiment.ts";
import {settingTables} from "./setting-tables.ts";
import {unusable} from "./unusable.ts";

/**
 * Does it matter whether answers are written as JSON or as a plain list?
 *
 * Labels are tokenised otherwise in the two (a list puts a space before each), so a label may share its first token with
 * another in one of them alone: then whole labels are scored in both.
 */
export const format: Experiment = {
  name: "format",
  title: "Format of the answer",
  summary: "does it matter whether answers are written as JSON or as a plain list?",
  varies: "format",
  settingTitle: "format",
  values: {expected: formatNameSchema.options.join(" or "), defaults: formatNameSchema.options},
  estimators: ["hard", "max-over-generations"],
  variations: ({values = formatNameSchema.options}) =>
    values.map(setting => {
      const name = formatNameSchema.safeParse(setting);
      if (!name.success) throw unusable(format, setting);
      return {setting, changes: {format: name.data}};
    }),
  tables: material => settingTables(material, format),
  figures: ({settings}) => [
    {
      table: "answers",
      shape: {kind: "dots", together: false},
      columns: ["multi-label", "entropy-bits", "label-mass"],
    },
    ...settings.estimators.map(table => ({
      table,
      shape: {kind: "dots", together: false} as const,
      columns: ["nll", "l1", "example-f1"],
    })),
  ],
};
