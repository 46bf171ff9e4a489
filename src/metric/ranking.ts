import {onceEach, type Weights} from "../stats/weights.ts";
import type {MetricTable, TargetTable} from "./input.ts";
import type {PreparedMetric} from "./metric.ts";
import {labelsLeftOut, meanOfKnown, preparePooled} from "./pooled.ts";

/** The documents in descending order of one label's estimate. A resample keeps the order, so it is sorted once. */
export interface Ranking {
  /** The document's place in the input, rank by rank. */
  readonly rows: Int32Array;
  /** 1 where the document's gold set holds the label. */
  readonly gold: Uint8Array;
  /** 1 at the last of each run of equal estimates. */
  readonly endsTie: Uint8Array;
  /** HIT where the document's gold set holds the label, plus READ where a run of equal estimates with a hit ends. */
  readonly marks: Uint8Array;
}

/** Bits of `marks`. At most ranks there is nothing to do for precision and recall, and neither is set. */
export const [HIT, READ] = [1, 2];

/** One document, or one pair of a document and a label, to be ranked. */
export interface Ranked {
  readonly q: number;
  /** 1 for one that should be found, else 0. */
  readonly gold: number;
  readonly row: number;
}

/** Ranks by estimate, the largest first. */
export function rankingOf(entries: readonly Ranked[]): Ranking {
  const order = entries.toSorted((left, right) => right.q - left.q);
  const endsTie = Uint8Array.from(order, (entry, rank) => (entry.q === order[rank + 1]?.q ? 0 : 1));
  let held = 0;
  const marks = Uint8Array.from(order, ({gold}, rank) => {
    held = Math.max(held, gold);
    if (endsTie[rank] === 0) return gold * HIT;
    const read = held * READ;
    held = 0;
    return gold * HIT + read;
  });
  return {
    rows: Int32Array.from(order, entry => entry.row),
    gold: Uint8Array.from(order, entry => entry.gold),
    endsTie,
    marks,
  };
}

/** Ranks a table's documents by one label. */
function rankBy(usable: TargetTable, label: number): Ranking {
  return rankingOf(
    usable.documents.map(({q, target}, index) => ({
      q: q[label] ?? 0,
      gold: target[label] ?? 0,
      row: usable.rows[index] ?? 0,
    })),
  );
}

/** The same text for the same rankings, and only for these. */
function textOf(rankings: readonly Ranking[]): string {
  return rankings.map(({rows, gold, endsTie}) => [rows, gold, endsTie].map(list => list.join()).join("|")).join("\n");
}

/**
 * A metric of the ranking of documents by each label, averaged over the labels that have both classes.
 *
 * A label that every document carries, or none, has no ranking to judge: it is left out of the mean and counted. A
 * resample is treated the same way, so a label whose few gold documents are not drawn drops out of that resample's mean.
 * One document then pulls harder than all others, which misleads BCa's corrections: the interval is the percentile one.
 *
 * @param name the metric's
 */
export function prepareRanking(
  name: string,
  table: MetricTable,
  ofRanking: (ranking: Ranking, weights: Weights) => number | undefined,
): PreparedMetric {
  return preparePooled(table, "gold", usable => {
    const rankings = usable.labels.map((_, label) => rankBy(usable, label));
    const ones = onceEach(usable.total);
    const parts = usable.labels.map((label, index) => {
      const ranking = rankings[index];
      const positives = ranking === undefined ? 0 : ranking.gold.reduce((sum, gold) => sum + gold, 0);
      const value = ranking === undefined ? undefined : ofRanking(ranking, ones);
      const reason = positives === 0 ? "no document has it in its gold set" : "every document has it in its gold set";
      return {label, value, ...(value === undefined ? {reason} : {}), positives};
    });
    return {
      // Estimators that rank alike (one is a rising function of the other) are resampled once.
      sameAs: `${name} ${textOf(rankings)}`,
      value: weights => meanOfKnown(rankings.map(ranking => ofRanking(ranking, weights))),
      reason: "no label is in some gold sets and missing from others",
      leftOut: labelsLeftOut(parts),
      parts,
    };
  });
}
