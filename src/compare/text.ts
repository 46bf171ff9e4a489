import {alignColumns} from "../catalog/table.ts";
import {counted} from "../counted.ts";
import {percent} from "../percent.ts";
import type {EstimatorResult, MetricValue} from "../records/results/estimates.ts";
import type {Results} from "../records/results/results.ts";
import type {RunRow} from "../records/results/runs.ts";
import type {Measured} from "../records/results/value.ts";
import {beliefText} from "./belief-text.ts";
import {pairsText, sideBySideText} from "./pairs-text.ts";
import {runTitles} from "./run-titles.ts";
import {chunks, columnHead, intervalText} from "./text-cells.ts";
import {wrapped} from "./wrapped.ts";

/** Columns of a table side by side: what fits into about 90 characters. */
const COLUMNS = 3;
const BEST = "●";
const NOT_WORSE = "○";

/**
 * A comparison for the terminal: warnings first, then what the models believe and how it changes, then each column's table
 * in the layout of the paper's Table 2 with its ceiling block, then the models side by side.
 *
 * @param lineLength characters of the terminal's lines, where it is one
 */
export function comparisonText(results: Results, lineLength?: number): string {
  const {task, settings, runs, warnings} = results;
  const annotations = task.annotations === "aggregated" ? "annotations: aggregated" : "annotators";
  const scoring = task.labelScoring === undefined ? "" : `, label scoring ${task.labelScoring}`;
  const head = [
    `${task.title} (${task.id}): ${counted(task.documents, "document")}, ${annotations}${scoring}`,
    `Intervals: ${percent(settings.level, 4)} bootstrap over documents, ${settings.resamples} resamples, seed ${settings.seed}.`,
    `${BEST} best of its column; ${NOT_WORSE} not significantly worse (paired tests, Holm over the table).`,
    ...(warnings.length === 0 ? [] : ["", ...warningLines(results).flatMap(line => inTerminal(line, lineLength))]),
  ];
  const tables = runs.map(run => runText(run, results));
  const many = runs.length > 1 ? [sideBySideText(results, lineLength), pairsText(results)] : [];
  return `${[head.join("\n"), beliefText(results), ...tables, ...many].filter(part => part !== "").join("\n\n")}\n`;
}

/** A long line as a terminal shows it without breaking words; as it is where it goes to a file or a program. */
function inTerminal(line: string, lineLength: number | undefined): string[] {
  return lineLength === undefined ? [line] : wrapped(line, lineLength);
}

/** A warning once, with all the runs that it is of. */
function warningLines(results: Results): string[] {
  const {warnings} = results;
  const titles = runTitles(results);
  return [...new Set(warnings.map(({text}) => text))].map(text => {
    const alike = warnings.filter(warning => warning.text === text);
    const of = alike.flatMap(({run}) => (run === undefined ? [] : (titles.get(run) ?? run)));
    return `warning: ${of.length === 0 ? "" : `${of.join(", ")}: `}${text}`;
  });
}

function runText(run: RunRow, results: Results): string {
  const rows = results.estimates[run.run] ?? {};
  const tables = chunks(results.settings.metrics, COLUMNS).map(metrics =>
    alignColumns(
      [
        ["estimator", ...metrics.map(columnHead)],
        ...Object.entries(rows).map(([name, row]) => [
          row.from === undefined ? name : `${name} *`,
          ...metrics.map(metric => cell(metric, row.metrics[metric])),
        ]),
        ...ceilingRows(run, results, metrics),
      ],
      [],
    ).trimEnd(),
  );
  return [runHead(run), ...tables, ...remarks(run, rows, results)].join("\n");
}

function runHead({run, title, kind, model, file, documents}: RunRow): string {
  const facts =
    kind === "predictions"
      ? [`predictions from ${file ?? "elsewhere"}`]
      : [
          `${(model?.parameters.total ?? 0).toLocaleString("en-US")} parameters`,
          ...[model?.variant, model?.quantisation].flatMap(fact => fact ?? []),
        ];
  const dropped = documents.dropped.map(({reason, count}) => `${count} left out: ${reason}`);
  const name = run === title ? [] : [run];
  return [title, ...facts, ...name, ...dropped].join(" · ");
}

/** The rows of the ceiling block under a table, all against the same held-out half; nothing where there is no block. */
function ceilingRows({run}: RunRow, {ceiling, estimates}: Results, metrics: readonly string[]): string[][] {
  if ("reason" in ceiling) return [];
  const {shared, runs} = ceiling;
  const own = runs[run] ?? {};
  const {"split-half": people, ...fixed} = shared;
  const order = Object.keys(estimates[run] ?? {});
  const named = order.flatMap(name => {
    const row = own[name] ?? fixed[name];
    return row === undefined ? [] : [{name, row}];
  });
  const block = [...(people === undefined ? [] : [{name: "split-half", row: people}]), ...named];
  const shown = block.map(({name, row}) => [`  ${name}`, ...metrics.map(metric => cell(metric, row.metrics[metric]))]);
  const any = metrics.some(metric => block.some(({row}) => row.metrics[metric] !== undefined));
  return any ? [[`held-out half:`, ...metrics.map(() => "")], ...shown] : [];
}

function remarks(
  run: RunRow,
  rows: Readonly<Record<string, EstimatorResult>>,
  {ceiling, task, settings}: Results,
): string[] {
  const {documents, cost} = run;
  const lines: string[] = [];
  for (const [name, {missing, from}] of Object.entries(rows)) {
    for (const {reason, count} of missing)
      lines.push(`${name}: no estimate for ${count} of ${task.documents}: ${reason}`);
    if (from !== undefined) lines.push(`${name} *: from the finetuned ${from}`);
  }
  for (const line of [...leftOutLines(rows), ...selectiveLines(rows, settings)]) lines.push(line);
  if (documents.traced > 0) {
    const malformed = documents.traced - documents.wellFormed;
    const why = documents.problems.map(({problem, count}) => `${problem} ${count}`).join(", ");
    const forced = documents.forced === 0 ? "" : `; ${documents.forced} without a label step, read after the opening`;
    lines.push(
      `answers: ${malformed} of ${documents.traced} malformed${why === "" ? "" : ` (${why})`}, none dropped${forced}`,
    );
  }
  if (cost !== undefined) for (const one of costLines(cost)) lines.push(one);
  if ("reason" in ceiling) lines.push(`no ceiling block: ${ceiling.reason}`);
  else {
    lines.push(
      `held-out half: every row against the same half of the annotators, mean of ${ceiling.splits} splits, ${counted(ceiling.documents, "document")}; metrics that are means over documents`,
    );
  }
  return lines;
}

/** Labels that a metric leaves out of its mean: once for all estimators of which it is the same. */
function leftOutLines(rows: Readonly<Record<string, EstimatorResult>>): string[] {
  const byText = new Map<string, string[]>();
  for (const [name, {metrics}] of Object.entries(rows)) {
    for (const [metric, {leftOut = [], value}] of Object.entries(metrics)) {
      const labels = value === undefined ? [] : leftOut.filter(({what}) => what === "label");
      if (labels.length === 0) continue;
      const said = `${metric} leaves out ${labels.map(({count, why}) => `${counted(count, "label")} (${why})`).join(", ")}`;
      byText.set(said, [...(byText.get(said) ?? []), name]);
    }
  }
  const every = (metric: string) =>
    Object.values(rows).filter(({metrics}) => metrics[metric]?.value !== undefined).length;
  return [...byText].map(([said, names]) =>
    names.length === every(said.split(" ")[0] ?? "") ? said : `${names.join(", ")}: ${said}`,
  );
}

/** How many documents each estimator can keep at 5 % error, where the risk–coverage curve is among what was asked for. */
function selectiveLines(rows: Readonly<Record<string, EstimatorResult>>, {metrics}: Results["settings"]): string[] {
  if (!metrics.includes("aurc")) return [];
  return Object.entries(rows).flatMap(([name, {selective}]) => {
    if (selective === undefined || "reason" in selective.atRisk) return [];
    const {most, threshold, kept, risk} = selective.atRisk;
    const error = percent(most, 4);
    if (threshold === undefined) return [`${name}: no threshold keeps calibration documents at an error of ${error}`];
    const at = risk.value === undefined ? "" : `, their error ${intervalText("aurc", risk)}`;
    return [`${name}: keeps ${intervalText("aurc", kept)} of the documents for an error of ${error}${at}`];
  });
}

function costLines(cost: NonNullable<RunRow["cost"]>): string[] {
  const each = (steps: number, documents: number) => (steps / Math.max(1, documents)).toFixed(1);
  const {greedy, tree, unary, binary} = cost;
  const parts = [
    ...(greedy === undefined ? [] : [`greedy ${each(greedy.labelSteps, greedy.documents)} label steps`]),
    ...(tree === undefined
      ? []
      : [`marginal ${each(tree.labelSteps, tree.documents)} (${each(tree.tokens, tree.documents)} tokens)`]),
    ...(unary === undefined ? [] : [`unary ${each(unary.questions, unary.documents)} questions`]),
    ...(binary === undefined ? [] : [`binary ${each(binary.questions, binary.documents)} questions`]),
  ];
  return parts.length === 0 ? [] : [`cost a document: ${parts.join(", ")}`];
}

function cell(metric: string, value: MetricValue | Measured | undefined): string {
  if (value === undefined) return "";
  const mark = "best" in value && value.best ? BEST : "notWorse" in value && value.notWorse ? NOT_WORSE : "";
  return `${intervalText(metric, value)} ${mark}`.trimEnd();
}
