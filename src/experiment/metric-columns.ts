import {estimateDocuments, type RunEstimates} from "../estimate/estimate-documents.ts";
import {estimatedLabels} from "../estimate/estimator.ts";
import {estimatorNamed} from "../estimate/index.ts";
import {truth} from "../estimate/truth.ts";
import {averagePrecision} from "../metric/average-precision.ts";
import {exampleF1} from "../metric/example-f1.ts";
import type {MetricInput} from "../metric/input.ts";
import {l1} from "../metric/l1.ts";
import type {Metric} from "../metric/metric.ts";
import {nll} from "../metric/nll.ts";
import type {ExperimentColumn} from "../records/results/experiment.ts";
import {goldFlags, humanDistribution} from "../task/gold.ts";
import type {ColumnGroup} from "./drawn-table.ts";
import type {SettingRun} from "./experiment.ts";
import {type Drawn, drawMean, drawMetric, type Resampling} from "./resampling.ts";

/** The metrics of the paper's tables, and how well each label ranks the documents. */
const METRICS: readonly Metric[] = [nll, l1, exampleF1, averagePrecision];
const NO_TRUTH = "no document carries a truth";

/** Columns of numbers against annotations, and against the truth of a synthetic corpus. */
export const scoreColumns: readonly ExperimentColumn[] = [
  ...METRICS.map(({name, title, summary}) => ({name, title, kind: "number" as const, summary})),
  {
    name: "error",
    title: "error to truth",
    kind: "number",
    summary: "mean over documents of the sum over labels of |estimate − exact inclusion probability|",
  },
];

/** What an estimator says about the test documents of a run. */
export function estimatesOf(run: SettingRun, estimator: string): RunEstimates {
  const {manifest, documents, calibration, train} = run;
  return estimateDocuments(estimatorNamed(estimator), manifest, {documents, calibration, train});
}

/** `scoreColumns` of some estimates of a run's documents. */
export function drawScores(run: SettingRun, estimates: RunEstimates, resampling: Resampling): Drawn[] {
  const labels = estimatedLabels(run.manifest);
  const byId = new Map(estimates.documents.map(({id, estimate}) => [id, estimate]));
  const valuesOf = (id: string) => {
    const estimate = byId.get(id);
    return estimate === undefined || "reason" in estimate ? undefined : estimate.values;
  };
  const input: MetricInput = {
    labels,
    documents: run.documents.map(({document}) => ({
      id: document.id,
      q: valuesOf(document.id),
      human: humanDistribution(document, labels),
      gold: goldFlags(document, labels),
    })),
  };
  const errors = run.documents.flatMap(({document, split}, row) => {
    const exact = truth.estimate(run.manifest, {document, split});
    const values = valuesOf(document.id);
    if ("reason" in exact || values === undefined) return [];
    return [{row, value: exact.values.reduce((sum, p, label) => sum + Math.abs((values[label] ?? 0) - p), 0)}];
  });
  return [...METRICS.map(metric => drawMetric(resampling, metric, input)), drawMean(resampling, errors, NO_TRUTH)];
}

/** `scoreColumns` of one estimator. */
export function scoreGroup(estimator: string): ColumnGroup {
  return {
    columns: scoreColumns,
    draw: (run, resampling) => drawScores(run, estimatesOf(run, estimator), resampling),
  };
}
