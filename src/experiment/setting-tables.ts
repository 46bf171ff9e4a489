import type {ExperimentTable} from "../records/results/experiment.ts";
import {answerColumns, answerGroup} from "./answer-columns.ts";
import {type ColumnGroup, changedRows, drawnTable, drawRows} from "./drawn-table.ts";
import type {Experiment, Material} from "./experiment.ts";
import {scoreGroup} from "./metric-columns.ts";

/** What a setting does to answers and to estimates: for each a table of every setting, and the changes against the first. */
export function settingTables(material: Material, experiment: Pick<Experiment, "settingTitle">): ExperimentTable[] {
  const {wellFormed, severalLabels, entropy, labelMass, none} = answerColumns;
  const answers = {
    name: "answers",
    title: "Answers",
    caption: "Means over the same documents at every setting; entropy, label mass and P(none) at the first label step.",
  };
  return [
    ...twoTables(answers, answerGroup([wellFormed, severalLabels, entropy, labelMass, none]), material, experiment),
    ...material.estimators.flatMap(estimator =>
      twoTables(
        {name: estimator, title: `Estimates: ${estimator}`, caption: "Against the annotations of the same documents."},
        scoreGroup(estimator),
        material,
        experiment,
      ),
    ),
  ];
}

function twoTables(
  head: Pick<ExperimentTable, "name" | "title" | "caption">,
  group: ColumnGroup,
  material: Material,
  {settingTitle}: Pick<Experiment, "settingTitle">,
): ExperimentTable[] {
  const rows = drawRows(material, [group]);
  const changes = {
    name: `${head.name}-changes`,
    title: `${head.title}, against the first setting`,
    caption: "Later setting minus first, paired by document.",
  };
  return [
    drawnTable({...head, settingTitle}, group.columns, rows, material.resampling),
    drawnTable({...changes, settingTitle}, group.columns, changedRows(rows), material.resampling),
  ];
}
