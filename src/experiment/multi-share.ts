import type {ExperimentColumn} from "../records/results/experiment.ts";
import {answerColumns, answerGroup} from "./answer-columns.ts";
import {changedRows, drawnTable, drawRows} from "./drawn-table.ts";
import type {Experiment} from "./experiment.ts";
import {unusable} from "./unusable.ts";

const DEMONSTRATED: ExperimentColumn = {
  name: "demonstrated",
  title: "demonstrated",
  kind: "share",
  summary: "share of the demonstrations with at least two gold labels: what the setting came to; n counts them",
};

/**
 * Do models give several labels as often as the demonstrations do?
 *
 * The share is of all demonstrations; those without a label (`--none-share`, one at least by default) leave less room, so
 * 1 may come to 0.9: the column `demonstrated` has what the prompt holds. `--none-share 0` is the paper's setting.
 *
 * Source: METHODS §5, rate of multi-label answers; [Ma et al. 2025, Fig. 6]
 */
export const multiShare: Experiment = {
  name: "multi-share",
  title: "Several labels in the demonstrations and in the answers",
  summary: "do models give several labels as often as the demonstrations do?",
  varies: "multiShare",
  settingTitle: "multi share",
  values: {expected: "numbers from 0 to 1", defaults: ["0", "0.2", "0.4", "0.6", "0.8", "1"]},
  estimators: [],
  variations: ({values = multiShare.values?.defaults ?? []}) =>
    values.map(setting => {
      const share = Number(setting);
      if (setting.trim() === "" || !(share >= 0 && share <= 1)) throw unusable(multiShare, setting);
      return {setting, changes: {multiShare: share}};
    }),
  figures: () => [
    {
      table: "rates",
      shape: {
        kind: "lines",
        against: {column: DEMONSTRATED.name, label: "share of demonstrations with several labels"},
        diagonal: "as demonstrated",
      },
      columns: [answerColumns.severalLabels.name],
    },
  ],
  tables: material => {
    const {severalLabels, severalGold, labels, wellFormed} = answerColumns;
    const group = answerGroup([severalLabels, severalGold, labels, wellFormed]);
    const rows = drawRows(material, [group]);
    const head = {settingTitle: multiShare.settingTitle};
    const rates = drawnTable(
      {
        ...head,
        name: "rates",
        title: "How often answers have several labels",
        caption: "Over the same documents at every share; the gold sets do not depend on it.",
      },
      group.columns,
      rows,
      material.resampling,
    );
    const runs = material.models.flatMap(one => one.runs);
    return [
      {
        ...rates,
        columns: [DEMONSTRATED, ...rates.columns],
        rows: rates.rows.map((row, index) => {
          const {count = 0, multi = 0} = runs[index]?.manifest.prompt.composition ?? {};
          const share = count === 0 ? {reason: "there are no demonstrations", n: 0} : {value: multi / count, n: count};
          return {...row, cells: {demonstrated: share, ...row.cells}};
        }),
      },
      drawnTable(
        {
          ...head,
          name: "changes",
          title: "Against the first share",
          caption: "Later setting minus first, paired by document.",
        },
        group.columns.filter(({name}) => name !== severalGold.name),
        changedRows(rows).map(row => ({...row, drawn: row.drawn.filter((_, at) => at !== 1)})),
        material.resampling,
      ),
    ];
  },
};
