import type {Dynamics} from "../records/results/dynamics.ts";
import {calibrationCurve, type EstimatedDocuments} from "./calibration-curve.ts";
import {confusion} from "./confusion.ts";
import {diversity} from "./diversity.ts";
import {drawSamples, type SampleOptions, type Samples} from "./measure.ts";
import {accuracyByOrder, multiLabel, orderBias} from "./order.ts";
import {paperDynamics} from "./paper.ts";
import {type DynamicsRun, viewRun} from "./run-view.ts";
import {rankingDynamics, secondFates} from "./second-fate.ts";
import {sortedProbabilities} from "./sorted-probabilities.ts";
import {stepDynamics} from "./steps.ts";
import {wellFormedness} from "./well-formed.ts";

export interface DynamicsOptions extends SampleOptions {
  /** An estimator's numbers on the run's test documents, by its name, for calibration curves. */
  readonly estimates?: Readonly<Record<string, EstimatedDocuments>>;
  /** The resamples of the run's documents where they are drawn already; else they are drawn. */
  readonly samples?: Samples;
  /** Leaves documents with a smaller top probability out of the sorted probabilities; default 0. */
  readonly threshold?: number;
}

/**
 * Everything that a run's greedy traces say about how its model generates, with bootstrap intervals over documents.
 *
 * Pure: the same run, options and generator give the same record, whatever the order of the documents. Where a run has no
 * documents, no annotations or no well-formed answer, each number says why it is missing.
 *
 * @param run the documents of the test split
 * Source: METHODS §5
 */
export function dynamicsOf(run: DynamicsRun, options: DynamicsOptions): Dynamics {
  const view = viewRun(run);
  const samples =
    options.samples?.documents === view.ids.length ? options.samples : drawSamples(view.ids.length, options);
  const {identity, prompt} = run.manifest;
  const {forceAnswers} = identity;
  const why = forceAnswers === undefined ? undefined : `the answers were forced (${forceAnswers}), not the model's own`;
  const {steps, beyond} = stepDynamics(view, samples);
  const estimates = Object.entries(options.estimates ?? {});
  return {
    documents: view.traced.length,
    withoutTrace: view.ids.length - view.traced.length,
    ...(forceAnswers === undefined ? {} : {forcedAnswers: forceAnswers}),
    steps,
    stepsBeyond: beyond,
    secondFate: secondFates(view, samples, why),
    ranking: rankingDynamics(view, samples, why),
    paper: paperDynamics(view, samples, why),
    sortedProbabilities: sortedProbabilities(view, samples, options.threshold ?? 0),
    diversity: diversity(view, samples, why),
    accuracyByOrder: accuracyByOrder(view, samples, why),
    order: orderBias(view, samples, prompt.labelOrder, why),
    multiLabel: multiLabel(view, samples, prompt.composition, why),
    wellFormed: wellFormedness(view, samples, why),
    reliability: Object.fromEntries(
      estimates.map(([name, estimated]) => [name, calibrationCurve(estimated, run.documents, view.ids, samples)]),
    ),
    confusion: confusion(view, why),
  };
}
