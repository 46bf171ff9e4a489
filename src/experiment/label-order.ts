import {type TracedDocument, viewRun} from "../dynamics/run-view.ts";
import {labelOrder as orderedLabels} from "../prompt/label-order.ts";
import type {ExperimentColumn, ExperimentTable} from "../records/results/experiment.ts";
import {answerColumns, answerGroup} from "./answer-columns.ts";
import {type DrawnRow, drawnTable} from "./drawn-table.ts";
import type {Experiment, Material, ModelRuns, SettingRun} from "./experiment.ts";
import {type Drawn, drawMean, type Resampling} from "./resampling.ts";

const NO_PAIR = "no answer names two labels";
const SAME = "the prompt's order is the alphabetical one";

const COLUMNS: readonly ExperimentColumn[] = [
  {
    name: "alphabetical",
    title: "alphabetical",
    kind: "share",
    summary: "share of answers with at least two labels whose labels stand in alphabetical order",
  },
  {
    name: "prompt",
    title: "as in the prompt",
    kind: "share",
    summary: "share of the same answers whose labels stand in the order of the prompt",
  },
  {
    name: "difference",
    title: "prompt − alphabetical",
    kind: "share",
    summary: "the second share minus the first, paired by answer: above 0 the prompt pulls more than the alphabet",
  },
  {
    name: "by-chance",
    title: "by chance",
    kind: "share",
    summary: "the share of either that random orders of the same labels would have: the mean of 1/k! over the answers",
  },
];

/**
 * Does the order in which a prompt lists the labels decide the order of the answer?
 *
 * Instruction and demonstrations' answers both follow the order that is set; the demonstrated documents stay the same.
 * With several random orders a row `random (mean)` pools their answers: it resamples documents, each with its answers
 * under all of the orders. Malformed answers count with the labels that they name in full.
 *
 * Source: METHODS §5, order bias; [Ma et al. 2025, Table 7]: 96.4 % under alphabetical, 15.9 % alphabetical and 71.9 % as
 * in the prompt under reversed, 35.2 % and 40.1 % under random order
 */
export const labelOrder: Experiment = {
  name: "label-order",
  title: "Order of the labels in the prompt and in the answer",
  summary: "does the order in which the prompt lists the labels decide the order of the answer?",
  varies: "labelOrder",
  settingTitle: "label order",
  values: {
    expected: "alphabetical, reversed, as-listed or random:SEED",
    defaults: ["alphabetical", "reversed", "random:1", "random:2", "random:3"],
  },
  estimators: [],
  variations: ({values = labelOrder.values?.defaults ?? []}) =>
    values.map(setting => {
      orderedLabels([], setting);
      return {setting, changes: {labelOrder: setting}};
    }),
  tables: material => [orderTable(material)],
  figures: () => [
    {table: "order", shape: {kind: "dots", together: true}, columns: ["alphabetical", "prompt", "by-chance"]},
  ],
};

function orderTable(material: Material): ExperimentTable {
  const {models, resampling} = material;
  const several = answerGroup([answerColumns.severalLabels]);
  const rows = models.flatMap(({model, runs}): DrawnRow[] => {
    const single = runs.map(run => ({
      model,
      setting: run.setting,
      drawn: [...drawOrders([run], resampling), ...several.draw(run, resampling)],
    }));
    const random = runs.filter(({setting}) => setting.startsWith("random:"));
    return random.length < 2 ? single : [...single, pooled({model, runs: random}, resampling)];
  });
  const table = drawnTable(
    {
      name: "order",
      title: "Order of the labels within an answer",
      caption:
        "Over answers with at least two labels. The instruction and the demonstrations' answers follow the label order; the demonstrated documents are the same.",
      settingTitle: labelOrder.settingTitle,
    },
    [...COLUMNS, ...several.columns],
    rows,
    resampling,
  );
  return {...table, rows: table.rows.map(row => withoutAlphabetical(row, models))};
}

/** Where the prompt's order is the alphabetical one, the two shares are one number and their difference says nothing. */
function withoutAlphabetical(row: ExperimentTable["rows"][number], models: readonly ModelRuns[]) {
  const run = models.find(({model}) => model === row.model)?.runs.find(({setting}) => setting === row.setting);
  const order = run?.manifest.prompt.labelOrder;
  const alphabetical = order !== undefined && order.join() === orderedLabels(order, "alphabetical").join();
  return alphabetical ? {...row, cells: {...row.cells, difference: {reason: SAME, n: 0}}} : row;
}

function pooled({model, runs}: ModelRuns, resampling: Resampling): DrawnRow {
  const several = runs.flatMap(run => {
    const {traced} = viewRun(run);
    return traced.map(({row, answer}) => ({row, value: answer.labels.length > 1 ? 1 : 0}));
  });
  const drawn = [...drawOrders(runs, resampling), drawMean(resampling, several, NO_PAIR)];
  return {model, setting: `random (mean of ${runs.length})`, drawn};
}

/** The four numbers of Table 7 over the answers of one or several runs. */
function drawOrders(runs: readonly SettingRun[], resampling: Resampling): Drawn[] {
  const answers = runs.flatMap(run => {
    const {labelOrder: order} = run.manifest.prompt;
    const alphabet = orderedLabels(order, "alphabetical");
    return viewRun(run)
      .traced.filter(({answer}) => answer.labels.length > 1)
      .map(document => ({
        row: document.row,
        alphabetical: follows(document, alphabet),
        prompt: follows(document, order),
        chance: 1 / factorial(document.answer.labels.length),
      }));
  });
  const mean = (of: (answer: (typeof answers)[number]) => number) =>
    drawMean(
      resampling,
      answers.map(answer => ({row: answer.row, value: of(answer)})),
      NO_PAIR,
    );
  return [
    mean(({alphabetical}) => alphabetical),
    mean(({prompt}) => prompt),
    mean(({alphabetical, prompt}) => prompt - alphabetical),
    mean(({chance}) => chance),
  ];
}

/** 1 where an answer's labels stand in an order, else 0. */
function follows({answer: {labels}}: TracedDocument, order: readonly string[]): number {
  const places = labels.map(label => order.indexOf(label));
  return places.every((place, index) => index === 0 || (places[index - 1] ?? 0) < place) ? 1 : 0;
}

function factorial(n: number): number {
  return n < 2 ? 1 : n * factorial(n - 1);
}
