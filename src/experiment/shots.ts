import type {Experiment} from "./experiment.ts";
import {settingTables} from "./setting-tables.ts";
import {unusable} from "./unusable.ts";

/**
 * What do more demonstrations change?
 *
 * Demonstrations are drawn by kind, so those of 5 shots are not the first of 10; their shares stay those of the task as
 * far as rounding allows (one demonstration shows exactly one label, or the null label).
 */
export const shots: Experiment = {
  name: "shots",
  title: "Number of demonstrations",
  summary: "what do more demonstrations change about answers, label mass and estimates?",
  varies: "shots",
  settingTitle: "shots",
  values: {expected: "whole numbers of at least 0", defaults: ["0", "1", "2", "5", "10", "20"]},
  estimators: ["hard", "max-over-generations"],
  variations: ({values = shots.values?.defaults ?? []}) =>
    values.map(setting => {
      if (!/^\d{1,6}$/.test(setting)) throw unusable(shots, setting);
      return {setting, changes: {shots: Number(setting)}};
    }),
  tables: material => settingTables(material, shots),
  figures: ({settings}) => [
    {
      table: "answers",
      shape: {kind: "lines", against: "setting"},
      columns: ["multi-label", "entropy-bits", "label-mass", "p-none"],
    },
    ...settings.estimators.map(table => ({
      table,
      shape: {kind: "lines", against: "setting"} as const,
      columns: ["nll", "l1", "example-f1", "average-precision"],
    })),
  ],
};
