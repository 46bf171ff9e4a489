import {meanDraws, type Samples, tally} from "../dynamics/measure.ts";
import {averagePrecision} from "../metric/average-precision.ts";
import {exampleF1} from "../metric/example-f1.ts";
import {type MetricDocument, type MetricInput, metricTable} from "../metric/input.ts";
import {l1} from "../metric/l1.ts";
import type {Metric, PreparedMetric} from "../metric/metric.ts";
import {nll} from "../metric/nll.ts";
import type {Curve} from "../records/results/curves.ts";
import type {Draws} from "../stats/draws.ts";
import {onceEach} from "../stats/weights.ts";
import type {SizedRun, SizeLine} from "./size-lines.ts";
import {sizeCurve} from "./step-curves.ts";

/** An estimator's numbers beside the annotations. */
export interface CurveEstimates {
  readonly input: MetricInput;
  /** What metrics gave on the curves' own resamples of the input's documents, by name, where they were scored before. */
  readonly scored?: ReadonlyMap<string, {readonly draws: Draws; readonly ready: PreparedMetric}>;
}

/** By run and then by estimator. */
export type EstimatesByRun = Readonly<Record<string, Readonly<Record<string, CurveEstimates>>>>;

const METRICS: readonly (readonly [string, Metric])[] = [
  ["nll", nll],
  ["l1", l1],
  ["exampleF1", exampleF1],
  ["averagePrecision", averagePrecision],
];

/** Rows that say the same whatever the model is: no curve against its size. */
const NOT_OF_A_MODEL = ["constant", "truth"];

/**
 * NLL, L1, example-F1 and average precision against size, for one line, by estimator: `nll.first-step` …
 *
 * Only estimators that every model of the line has. A document without an estimate in one model is left out of all, so
 * that the points are on the same documents.
 *
 * @param ids the documents of the resamples, in the order of their rows
 * Source: METHODS §5
 */
export function metricCurves(
  line: SizeLine<SizedRun>,
  estimates: EstimatesByRun,
  ids: readonly string[],
  samples: Samples,
): Record<string, Curve> {
  const [first] = line.runs;
  const names = Object.keys(estimates[first?.name ?? ""] ?? {}).filter(name => !NOT_OF_A_MODEL.includes(name));
  const shared = names.filter(name => line.runs.every(run => estimates[run.name]?.[name] !== undefined));
  return Object.fromEntries(
    shared.flatMap(estimator => {
      const inputs = line.runs.flatMap(run => {
        const found = estimates[run.name]?.[estimator];
        return found === undefined ? [] : [{run, ...found}];
      });
      const aligned = alignInputs(inputs, ids);
      return METRICS.map(([name, metric]): [string, Curve] => {
        const points = aligned.map(({run, ...found}) => ({run, draws: metricDraws(metric, found, samples)}));
        const about = {title: `${metric.title} of ${estimator}`, unit: metric.unit, estimator, matched: true};
        const why = `${metric.title} has no value on these documents`;
        return [`${name}.${estimator}`, sizeCurve(points, about, why, line, samples.level).curve];
      });
    }),
  );
}

/** The inputs on the given documents in their order, without estimates where one of them has none. */
function alignInputs(
  inputs: readonly (CurveEstimates & {readonly run: SizedRun})[],
  ids: readonly string[],
): (CurveEstimates & {readonly run: SizedRun})[] {
  const byId = inputs.map(({input}) => new Map(input.documents.map(document => [document.id, document])));
  const complete = new Set(ids.filter(id => byId.every(documents => documents.get(id)?.q !== undefined)));
  return inputs.map((given, index) => {
    const {run, input} = given;
    const documents = ids.map((id): MetricDocument => {
      const found = byId[index]?.get(id) ?? {id, q: undefined, human: undefined, gold: undefined};
      return complete.has(id) || found.q === undefined ? found : {...found, q: undefined};
    });
    const unchanged =
      documents.length === input.documents.length && documents.every((one, row) => one === input.documents[row]);
    return unchanged ? given : {run, input: {labels: input.labels, documents}};
  });
}

/** A metric on every resample; with the documents' pulls where it is a mean over documents. */
function metricDraws(metric: Metric, {input, scored}: CurveEstimates, samples: Samples): Draws {
  const before = scored?.get(metric.name);
  if (before !== undefined && metric.shape === "pooled") return before.draws;
  const ready = before?.ready ?? metric.prepare(metricTable(input));
  if (ready.perDocument !== undefined) {
    const known = ready.perDocument.flatMap((value, row) => (value === undefined ? [] : [{row, value}]));
    return meanDraws(samples, tally(known));
  }
  return {
    documents: ready.documents,
    estimate: ready.value(onceEach(samples.documents)),
    replicates: samples.weights.map(weights => ready.value(weights)),
    influences: undefined,
  };
}
