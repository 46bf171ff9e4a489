import {unknownChoice} from "../errors.ts";
import {annotatorError} from "./annotator-error.ts";
import {aurc} from "./aurc.ts";
import {averagePrecision} from "./average-precision.ts";
import {brier} from "./brier.ts";
import {coverageError} from "./coverage-error.ts";
import {ece} from "./ece.ts";
import {eceGold} from "./ece-gold.ts";
import {entropyCorrelation} from "./entropy-correlation.ts";
import {exampleF1} from "./example-f1.ts";
import {hammingLoss} from "./hamming-loss.ts";
import {jsd} from "./jsd.ts";
import {l1} from "./l1.ts";
import {labelRankingAveragePrecision} from "./label-ranking-average-precision.ts";
import {macroF1} from "./macro-f1.ts";
import type {Metric} from "./metric.ts";
import {microF1} from "./micro-f1.ts";
import {nll} from "./nll.ts";
import {poJsd} from "./po-jsd.ts";
import {rocAuc} from "./roc-auc.ts";
import {softMicroF1} from "./soft-micro-f1.ts";
import {subsetAccuracy} from "./subset-accuracy.ts";

/** Every metric by its name, in the order of the tables: the paper's three first. */
export const metrics = {
  nll,
  l1,
  "example-f1": exampleF1,
  "micro-f1": microF1,
  "macro-f1": macroF1,
  "subset-accuracy": subsetAccuracy,
  "hamming-loss": hammingLoss,
  brier,
  jsd,
  ece,
  "ece-gold": eceGold,
  "average-precision": averagePrecision,
  "roc-auc": rocAuc,
  "label-ranking-average-precision": labelRankingAveragePrecision,
  "coverage-error": coverageError,
  "soft-micro-f1": softMicroF1,
  "po-jsd": poJsd,
  "entropy-correlation": entropyCorrelation,
  aurc,
  "annotator-error": annotatorError,
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof metrics;

/** The metrics in the order of the tables. */
export const metricList: readonly Metric[] = Object.values(metrics);

/**
 * The metric with a name.
 *
 * @throws LabelscopeError `unknown-metric`, which lists the known ones
 */
export function metricNamed(name: string): Metric {
  const found = metricList.find(metric => metric.name === name);
  if (found !== undefined) return found;
  throw unknownChoice({code: "unknown-metric", what: "metric", given: name, known: Object.keys(metrics)});
}
