import type {Results} from "../records/results/results.ts";
import type {Measured} from "../records/results/value.ts";
import type {ComparedTask} from "./compared-task.ts";
import {type Cell, type CsvTable, csvLine} from "./csv.ts";
import {generationTables} from "./generation-tables.ts";
import {probesTable} from "./run-probes.ts";
import type {System} from "./system.ts";

const MEASURED = ["value", "lower", "upper", "n", "method", "reason", "note"];

function measuredCells({value, lower, upper, n, method, reason, note}: Measured): Cell[] {
  return [value, lower, upper, n, method, reason, note];
}

/** The tables of a comparison's results, a CSV file each. */
export function csvTables(results: Results): CsvTable[] {
  return [
    metricsTable(results),
    labelsTable(results),
    selectiveTable(results),
    truthTable(results),
    ceilingTable(results),
    agreementTable(results),
    conformalTable(results),
    pairsTable(results),
    runsTable(results),
    learnedTable(results),
    warningsTable(results),
    ...generationTables(results),
    probesTable(results.probes),
  ];
}

function eachEstimator<T>(results: Results, rowsOf: (run: string, name: string, one: EstimatorOf) => T[]): T[] {
  return Object.entries(results.estimates).flatMap(([run, rows]) =>
    Object.entries(rows).flatMap(([name, one]) => rowsOf(run, name, one)),
  );
}
type EstimatorOf = Results["estimates"][string][string];

function metricsTable(results: Results): CsvTable {
  const rows = eachEstimator(results, (run, estimator, one) =>
    Object.entries(one.metrics).map(([metric, value]): Cell[] => [
      run,
      estimator,
      metric,
      ...measuredCells(value),
      value.best ?? false,
      value.notWorse ?? false,
      value.pHolm,
    ]),
  );
  return {name: "metrics", header: ["run", "estimator", "metric", ...MEASURED, "best", "notWorse", "pHolm"], rows};
}

function labelsTable(results: Results): CsvTable {
  const rows = eachEstimator(results, (run, estimator, one) =>
    Object.entries(one.metrics).flatMap(([metric, {labels = []}]) =>
      labels.map(({label, value, reason, positives}): Cell[] => [
        run,
        estimator,
        metric,
        label,
        value,
        positives,
        reason,
      ]),
    ),
  );
  return {name: "label-metrics", header: ["run", "estimator", "metric", "label", "value", "positives", "reason"], rows};
}

/** conformal.csv: coverage of the sets, and the shares that stay open. */
function conformalTable(results: Results): CsvTable {
  const rows = eachEstimator(results, (run, estimator, {conformal}): Cell[][] => {
    if (conformal === undefined || "reason" in conformal) return [];
    const {error, calibration, coverage, undecided, neither, labels} = conformal;
    const all = [
      {measure: "coverage", label: undefined, of: coverage},
      {measure: "undecided", label: undefined, of: undecided},
      {measure: "neither", label: undefined, of: neither},
      ...Object.entries(labels).map(([label, of]) => ({measure: "coverage", label, of})),
    ];
    return all.map(({measure, label, of}) => [
      run,
      estimator,
      error,
      calibration,
      measure,
      label,
      ...measuredCells(of),
    ]);
  });
  return {
    name: "conformal",
    header: ["run", "estimator", "error", "calibrationDocuments", "measure", "label", ...MEASURED],
    rows,
  };
}

/** selective.csv: a row a coverage of the curve; then what the calibrated threshold keeps, and its risk. */
function selectiveTable(results: Results): CsvTable {
  const rows = eachEstimator(results, (run, estimator, {selective}): Cell[][] => {
    if (selective === undefined) return [];
    const {curve, atRisk} = selective;
    const points = curve.map(({coverage, risk}): Cell[] => [run, estimator, "risk", coverage, ...measuredCells(risk)]);
    if ("reason" in atRisk) return points;
    const {threshold, kept, risk} = atRisk;
    return [
      ...points,
      [run, estimator, "keptAtThreshold", threshold, ...measuredCells(kept)],
      [run, estimator, "riskAtThreshold", threshold, ...measuredCells(risk)],
    ];
  });
  return {name: "selective", header: ["run", "estimator", "measure", "at", ...MEASURED], rows};
}

function truthTable(results: Results): CsvTable {
  const rows = eachEstimator(results, (run, estimator, {againstTruth}) => {
    if (againstTruth === undefined) return [];
    const {bias, error, labels} = againstTruth;
    const numbers = [
      {measure: "bias", label: undefined, value: bias},
      {measure: "error", label: undefined, value: error},
      ...Object.entries(labels).map(([label, value]) => ({measure: "labelBias", label, value})),
    ];
    return numbers.map(({measure, label, value}): Cell[] => [run, estimator, measure, label, ...measuredCells(value)]);
  });
  return {name: "against-truth", header: ["run", "estimator", "measure", "label", ...MEASURED], rows};
}

function ceilingTable({ceiling}: Results): CsvTable {
  const header = ["run", "row", "metric", ...MEASURED];
  if ("reason" in ceiling) return {name: "ceiling", header, rows: []};
  const blocks = [
    {run: undefined, rows: ceiling.shared},
    ...Object.entries(ceiling.runs).map(([run, rows]) => ({run, rows})),
  ];
  const rows = blocks.flatMap(({run, rows: block}) =>
    Object.entries(block).flatMap(([row, {metrics}]) =>
      Object.entries(metrics).map(([metric, value]): Cell[] => [run, row, metric, ...measuredCells(value)]),
    ),
  );
  return {name: "ceiling", header, rows};
}

/** agreement.csv: the annotators' agreement a label, and over all labels (an empty label). */
function agreementTable({agreement}: Results): CsvTable {
  const header = ["label", "coefficient", ...MEASURED];
  if (agreement === undefined || "reason" in agreement) return {name: "agreement", header, rows: []};
  const {pooled, labels} = agreement;
  const all = [{label: undefined, of: pooled}, ...Object.entries(labels).map(([label, of]) => ({label, of}))];
  const rows = all.flatMap(({label, of}) =>
    Object.entries(of).map(([coefficient, value]): Cell[] => [label, coefficient, ...measuredCells(value)]),
  );
  return {name: "agreement", header, rows};
}

function pairsTable({pairs}: Results): CsvTable {
  const rows = pairs.map(({left, right, estimator, metric, difference, p, pHolm, effect, test}): Cell[] => [
    left,
    right,
    estimator,
    metric,
    ...measuredCells(difference),
    p,
    pHolm,
    effect,
    test,
  ]);
  return {
    name: "pairs",
    header: ["left", "right", "estimator", "metric", ...MEASURED, "p", "pHolm", "effect", "test"],
    rows,
  };
}

function runsTable({runs}: Results): CsvTable {
  const rows = runs.map(({run, kind, title, folder, model, documents, cost}): Cell[] => [
    run,
    kind,
    title,
    model?.family,
    model?.variant,
    model?.quantisation,
    model?.parameters.total,
    model?.parameters.nonEmbedding,
    model?.sha256,
    documents.test,
    documents.compared,
    documents.calibration,
    documents.traced,
    documents.wellFormed,
    documents.forced,
    cost?.greedy?.labelSteps,
    cost?.tree?.labelSteps,
    cost?.tree?.tokens,
    folder,
    model?.fileSizeBytes,
  ]);
  const header = [
    "run",
    "kind",
    "title",
    "family",
    "variant",
    "quantisation",
    "parameters",
    "nonEmbeddingParameters",
    "sha256",
    "testDocuments",
    "comparedDocuments",
    "calibrationDocuments",
    "traced",
    "wellFormed",
    "forced",
    "greedyLabelSteps",
    "treeLabelSteps",
    "treeTokens",
    "folder",
    "fileSizeBytes",
  ];
  return {name: "runs", header, rows};
}

function learnedTable(results: Results): CsvTable {
  const rows = eachEstimator(results, (run, estimator, {learned}) =>
    learned.map(({name, value, label, note}): Cell[] => [run, estimator, name, label, value, note]),
  );
  return {name: "learned", header: ["run", "estimator", "name", "label", "value", "note"], rows};
}

function warningsTable({warnings}: Results): CsvTable {
  return {
    name: "warnings",
    header: ["code", "run", "text"],
    rows: warnings.map(({code, run, text}): Cell[] => [code, run, text]),
  };
}

/**
 * estimates.csv: every estimate of every document, with its bounds where the estimator has some. Documents without an
 * estimate have lines with an empty value, so that nothing is missing without a trace.
 *
 * @returns pieces of the file in order, a piece a row of a table: it can be long
 */
export function* estimatesCsv(systems: readonly System[], task: ComparedTask): Generator<string> {
  yield csvLine(["run", "id", "estimator", "label", "value", "lower", "upper"]);
  for (const {name: run, rows} of systems) {
    for (const {name: estimator, estimates} of rows) {
      const lines = estimates.documents.flatMap(({id, estimate}) =>
        task.labels.map((label, index) => {
          const numbers =
            "reason" in estimate ? [] : [estimate.values[index], estimate.lower?.[index], estimate.upper?.[index]];
          return csvLine([run, id, estimator, label, numbers[0], numbers[1], numbers[2]]);
        }),
      );
      yield lines.join("");
    }
  }
}
