import {weightedAveragePrecision} from "../metric/average-precision.ts";
import {isPredicted} from "../metric/predicted.ts";
import {rankingOf} from "../metric/ranking.ts";
import type {ProbeScore} from "../records/results/probes.ts";
import {type Measured, measured, missing} from "../records/results/value.ts";
import {bootstrapInterval} from "../stats/interval.ts";
import {onceEach, type Weights} from "../stats/weights.ts";
import type {Samples} from "./measure.ts";

/** A document with a probe's estimate and what it is held to, label by label. */
export interface ProbedDocument {
  /** Its place among the resampled documents. */
  readonly row: number;
  readonly q: readonly number[];
  /** 1 where the target set holds the label. */
  readonly target: readonly number[];
  /** The label that the model's answer names first, by its place. */
  readonly first: number | undefined;
}

interface Pair {
  readonly row: number;
  readonly q: number;
  readonly positive: number;
}

/**
 * Micro-F1 and average precision over all document–label pairs, with percentile intervals by resampling documents.
 *
 * @param which `after-first` leaves each document's first label out of its pairs, and documents whose answer names none
 * @param why why there is nothing to score, where that is known
 */
export function scoreProbe(
  documents: readonly ProbedDocument[],
  which: ProbeScore["labels"],
  samples: Samples,
  why?: string,
): Pick<ProbeScore, "pairs" | "positives" | "microF1" | "averagePrecision"> {
  const counted = which === "all" ? documents : documents.filter(({first}) => first !== undefined);
  const pairs = counted.flatMap(({row, q, target, first}): Pair[] =>
    q.flatMap((value, label) =>
      which === "after-first" && label === first ? [] : [{row, q: value, positive: target[label] ?? 0}],
    ),
  );
  const positives = pairs.filter(({positive}) => positive === 1).length;
  const nothing = which === "all" ? "no test document has what this needs" : "no answer names a label";
  const measure = (value: (weights: Weights) => number | undefined, otherwise: string): Measured => {
    if (pairs.length === 0) return missing(why ?? nothing);
    const estimate = value(onceEach(samples.documents));
    if (estimate === undefined) return missing(otherwise, counted.length);
    const replicates = samples.weights.map(value);
    const draws = {documents: counted.length, estimate, replicates, influences: undefined};
    const interval = bootstrapInterval(draws, {level: samples.level, method: "percentile"});
    return measured({value: estimate, n: counted.length}, interval);
  };
  const ranking = rankingOf(pairs.map(({row, q, positive}) => ({row, q, gold: positive})));
  return {
    pairs: pairs.length,
    positives,
    microF1: measure(weights => microF1(pairs, weights), "nothing is predicted and nothing is in the target"),
    averagePrecision: measure(
      weights => weightedAveragePrecision(ranking, weights),
      positives === 0 ? "no pair is in the target" : "every pair is in the target",
    ),
  };
}

/** 2·TP / (predicted + positive); undefined where there is neither. */
function microF1(pairs: readonly Pair[], weights: Weights): number | undefined {
  let [hits, marks] = [0, 0];
  for (const {row, q, positive} of pairs) {
    const weight = weights[row] ?? 0;
    const predicted = isPredicted(q) ? 1 : 0;
    hits += weight * predicted * positive;
    marks += weight * (predicted + positive);
  }
  return marks === 0 ? undefined : (2 * hits) / marks;
}
