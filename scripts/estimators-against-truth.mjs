// Every estimator's bias and error against the truth, on a corpus that knows it: the embedded ladder on the embedded task.
//
// Captures what the estimators need (greedy traces and label trees of the test split, the calibration split for what
// learns there), compares, and writes docs/measurements/estimators.md from the comparison's results.json. A finished
// capture is not redone: the runs stay in --work.
//
// usage: node scripts/estimators-against-truth.mjs [--limit 300] [--calibration-limit 200] [--task posts]
//        [--models ID,ID …] [--work runs/estimators] [--out docs/measurements/estimators.md] [--threads 1]
import {spawnSync} from "node:child_process";
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const {values: flags} = parseArgs({
  options: {
    limit: {type: "string", default: "300"},
    "calibration-limit": {type: "string", default: "200"},
    task: {type: "string", default: "posts"},
    models: {type: "string"},
    work: {type: "string", default: "runs/estimators"},
    out: {type: "string", default: join(root, "docs", "measurements", "estimators.md")},
    threads: {type: "string", default: "1"},
    cli: {type: "string", default: join(root, "dist", "cli.js")},
  },
});
const METRICS = ["nll", "l1", "example-f1", "average-precision"];
const CAPTURED = ["marginal", "marginal+platt", "first-step+platt", "temperature"];

const models = flags.models?.split(",") ?? wholeModelsOfTheLadder();
const runs = join(flags.work, "runs");
for (const model of models) {
  call([
    "run",
    flags.task,
    ...["--model", model, "--limit", flags.limit, "--calibration-limit", flags["calibration-limit"]],
    ...["--estimators", CAPTURED.join(","), "--threads", flags.threads, "--out", runs],
  ]);
}
const folders = readdirSync(runs)
  .filter(name => models.some(model => name.startsWith(`${flags.task}-${model}-`)))
  .map(name => join(runs, name));
const comparison = join(flags.work, "comparison");
call(["compare", ...folders, "--metrics", METRICS.join(","), "--no-report", "--out", comparison]);
const results = JSON.parse(readFileSync(join(comparison, "results.json"), "utf8"));
mkdirSync(dirname(flags.out), {recursive: true});
writeFileSync(flags.out, page(results));
console.log(`wrote ${flags.out}`);

function call(parameters) {
  const {status} = spawnSync(process.execPath, [flags.cli, ...parameters], {stdio: ["ignore", "ignore", "inherit"]});
  if (status !== 0) process.exit(status ?? 1);
}

/** Ids of the embedded family, smallest first within each variant; neither adapters nor quantised files. */
function wholeModelsOfTheLadder() {
  const {models: entries} = JSON.parse(readFileSync(join(root, "models", "catalog.json"), "utf8"));
  const isShown = ({family, variant, quantisation}) =>
    family === "ladder" && variant !== "lora" && quantisation === "F16";
  return entries.filter(isShown).map(({id}) => id);
}

function page({task, settings, runs: rows, estimates, labelscope}) {
  const columns = [...rows].sort(
    (one, other) => order(one.model.variant) - order(other.model.variant) || parameters(one) - parameters(other),
  );
  const names = settings.estimators.filter(name => !name.startsWith("sft-"));
  const against = (measure, better) =>
    table(names, columns, (name, {run}) => valueText(estimates[run]?.[name]?.againstTruth?.[measure]), better);
  return [
    "# Estimators against the truth",
    "",
    "<!-- Made by scripts/estimators-against-truth.mjs from results.json; edit the script. -->",
    "",
    `The ${task.documents} test documents of ${task.title} (\`${task.id}\`) were annotated by a law that is known, so every`,
    "document has its exact marginal: the probability that each label is in an annotator's answer. Here every estimator is",
    `held against it. ${Math.round(100 * settings.level)} % BCa intervals over documents, ${settings.resamples} resamples, seed ${settings.seed}; label scoring ${task.labelScoring}; labelscope ${labelscope}.`,
    "",
    "```",
    `npm run build && node scripts/estimators-against-truth.mjs --limit ${flags.limit} --calibration-limit ${flags["calibration-limit"]}${flags.models === undefined ? "" : ` --models ${flags.models}`}`,
    "```",
    "",
    "## Models",
    "",
    "| | variant | parameters | without embedding | well-formed answers | label steps a document: greedy | label tree |",
    "|---|---|---|---|---|---|---|",
    ...columns.map(row => {
      const {documents, cost, model} = row;
      const each = kind => (kind === undefined ? "–" : (kind.labelSteps / kind.documents).toFixed(1));
      return `| ${row.title} | ${model.variant ?? "–"} | ${count(parameters(row))} | ${count(model.parameters.nonEmbedding)} | ${documents.wellFormed} of ${documents.traced} | ${each(cost?.greedy)} | ${each(cost?.tree)} |`;
    }),
    "",
    "## Bias",
    "",
    "Mean over documents of Σ (estimate − truth) over the labels: how many labels too many (above 0) or too few an estimator",
    "expects in a document. Errors of opposite sign cancel in it. Bold: the interval holds 0.",
    "",
    ...against("bias", ({lower, upper}) => lower <= 0 && 0 <= upper),
    "",
    "## Error",
    "",
    "Mean over documents of Σ |estimate − truth| over the labels: L1 to the exact marginals. Bold: the smallest of the model.",
    "",
    ...against("error", (value, column) => value.value <= Math.min(...column.map(one => one.value))),
    "",
    ...(names.includes("marginal") ? boundsSection(columns, estimates) : []),
    "## Against the annotators",
    "",
    "The metrics against the human distribution and the gold set of the same documents. `truth` is what could be reached: a",
    "few annotators scatter about it. Bold: best of the model; italic: not significantly worse (paired tests, Holm over the",
    "model's table).",
    "",
    ...METRICS.flatMap(metric => [
      `### ${metric}`,
      "",
      ...table(names, columns, (name, {run}) => valueText(estimates[run]?.[name]?.metrics[metric])),
      "",
    ]),
  ].join("\n");
}

function boundsSection(columns, estimates) {
  return [
    "## Bounds of `marginal`",
    "",
    "Mean width of the intervals that the label tree left, over labels and documents.",
    "",
    "| model | mean width | documents |",
    "|---|---|---|",
    ...columns.map(({run, title}) => {
      const width = estimates[run]?.marginal?.meanWidth;
      return `| ${title} | ${width?.value?.toFixed(4) ?? "–"} | ${width?.n ?? 0} |`;
    }),
    "",
  ];
}

/** Rows are estimators, columns models. @param marks whether a value of a column is set in bold */
function table(names, columns, cellOf, marks) {
  const cells = names.map(name => columns.map(column => cellOf(name, column)));
  const rows = cells.map((row, index) => {
    const texts = row.map((cell, place) => {
      if (cell === undefined) return "–";
      const inColumn = cells.flatMap(other => other[place] ?? []);
      const bold =
        marks === undefined
          ? cell.measured.best
          : marks(
              cell.measured,
              inColumn.map(one => one.measured),
            );
      if (bold) return `**${cell.text}**`;
      return cell.measured.notWorse ? `*${cell.text}*` : cell.text;
    });
    return {name: names[index], texts, any: row.some(cell => cell !== undefined)};
  });
  return [
    `| | ${columns.map(({title}) => title).join(" | ")} |`,
    `|---|${columns.map(() => "---").join("|")}|`,
    ...rows.filter(({any}) => any).map(({name, texts}) => `| \`${name}\` | ${texts.join(" | ")} |`),
  ];
}

/** A measured number with its interval; undefined where there is none. */
function valueText(measured) {
  if (measured?.value === undefined) return undefined;
  const fixed = number => number.toFixed(3);
  const {value, lower, upper} = measured;
  const interval = lower === undefined ? "" : ` [${fixed(lower)}, ${fixed(upper)}]`;
  return {text: `${fixed(value)}${interval}`, measured};
}

function order(variant) {
  const place = ["base", "sft", "dpo", "rl", "merged", "lora"].indexOf(variant);
  return place < 0 ? 99 : place;
}

function parameters(row) {
  return row.model.parameters.total;
}

function count(number) {
  return number.toLocaleString("en-US");
}
