import {type Classifier, classify, fitClassifier} from "../estimate/classifier.ts";
import {countReasons, type DocumentRecords} from "../estimate/estimator.ts";
import {FEWEST_TO_LEARN_FROM} from "../estimate/learned-features.ts";
import {matrixOf} from "../math/matrix.ts";
import type {Manifest} from "../records/manifest.ts";
import type {Probes, ProbeTarget, TrainedProbe} from "../records/results/probes.ts";
import {drawSamples, type SampleOptions} from "./measure.ts";
import {type ProbedDocument, scoreProbe} from "./probe-score.ts";
import {compareIds, goldOf, labelsOf} from "./run-view.ts";

/** What the probes are trained and scored on. */
export interface ProbedRun {
  readonly manifest: Pick<Manifest, "labels" | "noneLabel"> & {readonly identity: {readonly forceAnswers?: unknown}};
  /** With hidden states; for the probe on predictions also with traces. */
  readonly train: readonly DocumentRecords[];
  readonly test: readonly DocumentRecords[];
}

const FORCED = "the answers were forced, not the model's own";
const TARGETS = ["gold", "predictions"] as const;

/**
 * What the hidden state at the first label step knows: one probe is shown gold sets, another the model's own answers, and
 * both are scored on gold, on the model's answers, and on each of them after the first label is taken out.
 *
 * Where the probe on predictions finds the labels after the first, the state at the first step holds what comes later;
 * where only the probe on gold does, the model knows what it does not say. The classifier is that of the estimator `probe`,
 * on sets instead of shares. Pure: neither the order of the documents nor that of the labels makes a difference beyond
 * rounding.
 *
 * Source: METHODS §5, probes on predictions; [Ma et al. 2025, Fig. 7]
 */
export function probesOnPredictions(run: ProbedRun, options: SampleOptions): Probes {
  const labels = labelsOf(run.manifest);
  const forced = run.manifest.identity.forceAnswers !== undefined;
  const [train, test] = [run.train, run.test].map(documents =>
    [...documents].sort((one, other) => compareIds(one.document.id, other.document.id)),
  );
  const samples = drawSamples(run.test.length, options);
  const probes = {
    gold: trainProbe(train ?? [], labels, records => targetOf("gold", records, labels, forced)),
    predictions: trainProbe(train ?? [], labels, records => targetOf("predictions", records, labels, forced)),
  };
  const scores = TARGETS.flatMap(trainedOn => {
    const {classifier, record} = probes[trainedOn];
    const probed = (scoredOn: ProbeTarget) =>
      (test ?? []).flatMap((records, row): ProbedDocument[] => {
        const target = targetOf(scoredOn, records, labels, forced);
        if (classifier === undefined || records.hidden === undefined || "reason" in target) return [];
        const first = forced ? undefined : records.trace?.answer.labels[0];
        return [
          {row, q: classify(classifier, Float64Array.from(records.hidden)), target, first: firstOf(labels, first)},
        ];
      });
    const untrained = "reason" in record ? `no such probe: ${record.reason}` : undefined;
    return TARGETS.flatMap(scoredOn =>
      (["all", "after-first"] as const).map(which => ({
        trainedOn,
        scoredOn,
        labels: which,
        ...scoreProbe(probed(scoredOn), which, samples, untrained ?? (forced ? FORCED : undefined)),
      })),
    );
  });
  return {trained: {gold: probes.gold.record, predictions: probes.predictions.record}, scores};
}

function firstOf(labels: readonly string[], first: string | undefined): number | undefined {
  const index = first === undefined ? -1 : labels.indexOf(first);
  return index < 0 ? undefined : index;
}

/** 1 for each label of the set, 0 for the others; or why a document has no such set. */
function targetOf(
  target: ProbeTarget,
  {document, trace}: DocumentRecords,
  labels: readonly string[],
  forced: boolean,
): readonly number[] | {readonly reason: string} {
  if (target === "predictions" && forced) return {reason: FORCED};
  if (target === "predictions" && trace === undefined) return {reason: "no greedy trace was captured"};
  const set = target === "gold" ? goldOf(document, labels) : trace?.answer.labels;
  return set === undefined ? {reason: "nobody annotated the document"} : labels.map(one => (set.includes(one) ? 1 : 0));
}

function trainProbe(
  train: readonly DocumentRecords[],
  labels: readonly string[],
  target: (records: DocumentRecords) => readonly number[] | {readonly reason: string},
): {readonly classifier?: Classifier; readonly record: TrainedProbe} {
  const read = train.map(records => ({hidden: records.hidden, set: target(records)}));
  const usable = read.flatMap(({hidden, set}) => (hidden === undefined || "reason" in set ? [] : [{hidden, set}]));
  const leftOut = countReasons(
    read.flatMap(({hidden, set}) => {
      if (hidden === undefined) return ["no hidden state was captured"];
      return "reason" in set ? [set.reason] : [];
    }),
  );
  if (usable.length < FEWEST_TO_LEARN_FROM) {
    const reason = `${usable.length} train documents to learn from, at least ${FEWEST_TO_LEARN_FROM} needed`;
    return {record: {reason, leftOut}};
  }
  const classifier = fitClassifier(
    matrixOf(usable.map(({hidden}) => hidden)),
    labels.map((_, label) => usable.map(({set}) => set[label] ?? 0)),
  );
  const {components, inversePenalty} = classifier;
  return {classifier, record: {documents: usable.length, leftOut, components, inversePenalty}};
}
