import {runTitles} from "../../compare/run-titles.ts";
import {columnHead} from "../../compare/text-cells.ts";
import type {Ceiling, EstimatorResult} from "../../records/results/estimates.ts";
import type {Results} from "../../records/results/results.ts";
import type {Measured} from "../../records/results/value.ts";
import {formatNumber} from "../format.ts";
import {dataText, type Html, html} from "../html.ts";
import {type Cell, count, number, table, text} from "../table.ts";
import {type Drawn, figuresOf, part} from "./markup.ts";

/** Which number is the best probability per label: tables with intervals, paired tests, the ceiling. */
export function estimatorsSection(results: Results, drawn: readonly Drawn[]): Html {
  const titles = runTitles(results);
  const any = Object.values(results.estimates).some(byName => Object.keys(byName).length > 0);
  return part(
    "estimators",
    {title: "Estimators", question: "Which number is the best probability of a label?"},
    html`<p>★ is the best of its run, ≈ not significantly worse (paired test, Holm's correction over the run's table). <code>constant</code> is 0.1 for every label: what NLL and L1 give for saying nothing${results.task.annotations === "aggregated" && html`. <strong>Annotations are aggregated</strong>: NLL and L1 are not those of a task with annotators`}.</p>`,
    any
      ? html`<div class="choice" data-choose="Metric">${estimatorTables(results, titles)}</div>`
      : html`<p>There are no estimates: no document could be estimated or held against annotations.</p>`,
    any && remarksTable(results, titles),
    figuresOf(drawn, "estimators"),
    ceiling(results.ceiling, results.settings.metrics, titles),
    agreement(results),
    pairs(results, titles),
  );
}

/** One table a measure, a row an estimator, a column a run: the page shows the one that is chosen. */
function estimatorTables(results: Results, titles: ReadonlyMap<string, string>): Html {
  const {estimates, settings, runs} = results;
  const shown = runs.filter(({run}) => estimates[run] !== undefined);
  const truth = Object.values(estimates).some(byName =>
    Object.values(byName).some(({againstTruth}) => againstTruth !== undefined),
  );
  const measures = [
    ...settings.metrics.map(metric => ({
      name: metric,
      title: columnHead(metric),
      of: (result: EstimatorResult) => result.metrics[metric],
      path: `metrics.${metric}`,
    })),
    ...(truth
      ? (["bias", "error"] as const).map(name => ({
          name: `truth-${name}`,
          title: name === "bias" ? "Bias against the exact marginals" : "Error: L1 to the exact marginals",
          of: (result: EstimatorResult) => result.againstTruth?.[name],
          path: `againstTruth.${name}`,
        }))
      : []),
  ];
  const names = [...new Set(shown.flatMap(({run}) => Object.keys(estimates[run] ?? {})))];
  return html`${measures.map(({name, title, of, path}) =>
    table({
      name: `estimators-${name}`,
      caption: title,
      columns: [{title: "Estimator"}, ...shown.map(({run}) => ({title: titles.get(run) ?? run}))],
      rows: names.map(estimator => [
        text(estimator),
        ...shown.map(({run}): Cell => {
          const result = estimates[run]?.[estimator];
          const value = result === undefined ? undefined : of(result);
          const isMetric = path.startsWith("metrics.");
          const marks = result?.metrics[name];
          const mark = !isMetric
            ? undefined
            : marks?.best === true
              ? "best"
              : marks?.notWorse === true
                ? "not-worse"
                : undefined;
          return number(value, `estimates.${run}.${estimator}.${path}`, {mark});
        }),
      ]),
    }),
  )}`;
}

/** What estimators lack, learned and were taken from, where there is something to say. */
function remarksTable({estimates}: Results, titles: ReadonlyMap<string, string>): Html {
  const rows = Object.entries(estimates).flatMap(([run, byName]) =>
    Object.entries(byName).flatMap(([name, result]): Cell[][] => {
      const said = remarks(result);
      if (said === "") return [];
      const path = `estimates.${run}.${name}.estimated`;
      return [[text(titles.get(run) ?? run), text(name), count(result.estimated, path), text(said)]];
    }),
  );
  if (rows.length === 0) return html``;
  const columns = [{title: "Run"}, {title: "Estimator"}, {title: "Documents"}, {title: "Remarks"}];
  return html`<details class="fold data"><summary>Remarks on ${rows.length} estimates: what is missing, what was learned</summary>${table({name: "estimator-remarks", caption: "Remarks on estimates", columns, rows})}</details>`;
}

function remarks({missing, remarks: said, learned, calibrated, trained, from}: EstimatorResult): string {
  return [
    ...(from === undefined ? [] : [`from ${from}`]),
    ...missing.map(({reason, count: times}) => `${times} missing: ${reason}`),
    ...said.map(({reason, count: times}) => `${times}: ${reason}`),
    ...learned
      .slice(0, 2)
      .map(({name, value, label}) => `${name}${label === undefined ? "" : ` of ${label}`} ${formatNumber(value)}`),
    ...(calibrated === undefined ? [] : [`learned on ${calibrated.documents} documents`]),
    ...(trained === undefined ? [] : [`learned on ${trained.documents} train documents`]),
  ].join("; ");
}

function ceiling(block: Ceiling, metrics: readonly string[], titles: ReadonlyMap<string, string>): Html {
  if ("reason" in block)
    return html`<h3>How well people predict people</h3><p>There is no ceiling block: ${dataText(block.reason)}.</p>`;
  const line = (
    run: string | undefined,
    name: string,
    values: Readonly<Record<string, Measured>>,
    path: string,
  ): Cell[] => [
    text(run === undefined ? "people" : (titles.get(run) ?? run)),
    text(name),
    ...metrics.map(metric => number(values[metric], `${path}.metrics.${metric}`)),
  ];
  const rows = [
    ...Object.entries(block.shared).map(([name, row]) => line(undefined, name, row.metrics, `ceiling.shared.${name}`)),
    ...Object.entries(block.runs).flatMap(([run, byName]) =>
      Object.entries(byName).map(([name, row]) => line(run, name, row.metrics, `ceiling.runs.${run}.${name}`)),
    ),
  ];
  const table_ = table({
    name: "ceiling",
    caption: `Against one random half of the annotators, averaged over ${block.splits} splits of ${block.documents} documents`,
    columns: [{title: "Run"}, {title: "Estimator"}, ...metrics.map(title => ({title}))],
    rows,
  });
  return html`<h3>How well people predict people</h3><p><code>split-half</code> predicts one half of the annotators from the other; every row here is scored against that same held-out half, which is noisier than all annotators: compare within this table only.</p>${table_}`;
}

function agreement({agreement: found}: Results): Html {
  if (found === undefined) return html``;
  if ("reason" in found)
    return html`<h3>How far people agree</h3><p>Agreement cannot be measured: ${dataText(found.reason)}.</p>`;
  const rows = [
    {label: "all labels", of: found.pooled, path: "agreement.pooled"},
    ...Object.entries(found.labels).map(([label, of]) => ({label, of, path: `agreement.labels.${label}`})),
  ];
  const shown = table({
    name: "agreement",
    caption: `Agreement of the annotators on ${found.documents} documents with at least two of them`,
    columns: [{title: "Label"}, {title: "Fleiss' κ"}, {title: "Krippendorff's α"}],
    rows: rows.map(({label, of: {fleissKappa, krippendorffAlpha}, path}): Cell[] => [
      text(label),
      number(fleissKappa, `${path}.fleissKappa`),
      number(krippendorffAlpha, `${path}.krippendorffAlpha`),
    ]),
  });
  return html`<h3>How far people agree</h3><p>1 is full agreement, 0 that of chance. A label is a yes-or-no question to each annotator; <em>all labels</em> takes every pair of a document and a label as one.</p>${shown}`;
}

function pairs(results: Results, titles: ReadonlyMap<string, string>): Html {
  if (results.pairs.length === 0)
    return html`<h3>Runs against each other</h3><p>There is one run: nothing to compare it with.</p>`;
  const rows = results.pairs.map((pair, i): Cell[] => {
    const path = `pairs.${i}`;
    const p = (value: number | undefined, place: string): Cell =>
      number(
        value === undefined ? {reason: pair.test, n: pair.difference.n} : {value, n: pair.difference.n},
        `${path}.${place}`,
      );
    return [
      text(`${titles.get(pair.left) ?? pair.left} − ${titles.get(pair.right) ?? pair.right}`),
      text(pair.estimator),
      text(pair.metric),
      number(pair.difference, `${path}.difference`),
      p(pair.pHolm, "pHolm"),
      number(pair.effect === undefined ? undefined : {value: pair.effect, n: pair.difference.n}, `${path}.effect`),
      text(pair.test),
    ];
  });
  return html`<h3>Runs against each other</h3><details class="fold data"><summary>${results.pairs.length} paired differences on the same documents</summary>${table(
    {
      name: "pairs",
      bars: false,
      caption: "Paired differences, left minus right",
      columns: [
        {title: "Runs"},
        {title: "Estimator"},
        {title: "Metric"},
        {title: "Difference"},
        {title: "p, corrected", help: "Holm's correction over the pairs of one estimator and metric"},
        {title: "Effect", help: "in standard deviations of the documents' differences"},
        {title: "Test"},
      ],
      rows,
    },
  )}</details>`;
}
