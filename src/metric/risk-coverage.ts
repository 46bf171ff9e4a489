import {exampleF1Of} from "./example-f1.ts";
import type {DocumentView, TargetTable} from "./input.ts";

/** One document, in the order in which a selective predictor keeps them. */
export interface Ranked {
  /** Its place in the input. */
  readonly row: number;
  readonly certainty: number;
  /** 1 − example-F1. */
  readonly risk: number;
  /** Whether it is the last of a run of equally certain documents. */
  readonly endsTie: boolean;
}

/** One point of a risk–coverage curve: what is kept where a document needs at least this certainty. */
export interface RiskPoint {
  readonly threshold: number;
  /** Share of the documents that are kept. */
  readonly coverage: number;
  /** Mean of 1 − example-F1 of those kept. */
  readonly risk: number;
}

/** Margins closer than this are the same one: 1e-8 and 1 − 1e-8 are equally far from ½ but for rounding. */
const STEPS = 1e12;

/** How certain an estimate is: the largest margin |q − ½| of a label, in [0, ½], to 12 decimals. Source: METHODS §4 */
export function certaintyOf(q: Float64Array): number {
  const largest = q.reduce((most, value) => Math.max(most, Math.abs(value - 0.5)), 0);
  return Math.round(largest * STEPS) / STEPS;
}

/** What a document costs where it is kept: 1 − example-F1. */
function riskOf(document: DocumentView): number {
  return 1 - exampleF1Of(document);
}

/** The documents of a table with the most certain first; equally certain ones in the order of the table. */
export function byCertainty({documents, rows}: TargetTable): Ranked[] {
  const sorted = documents
    .map((document, index) => ({row: rows[index] ?? 0, certainty: certaintyOf(document.q), risk: riskOf(document)}))
    .toSorted((left, right) => right.certainty - left.certainty);
  return sorted.map((one, place) => ({...one, endsTie: one.certainty !== sorted[place + 1]?.certainty}));
}

/**
 * The risk–coverage curve: a point for each certainty that occurs, the highest threshold first; the last point keeps all.
 *
 * Equally certain documents cannot be told apart by a threshold and enter together. Empty for no documents.
 *
 * Source: METHODS §4; El-Yaniv & Wiener 2010
 */
export function riskCoverage(table: TargetTable): RiskPoint[] {
  const ranked = byCertainty(table);
  let sum = 0;
  return ranked.flatMap(({certainty, risk, endsTie}, place) => {
    sum += risk;
    const kept = place + 1;
    return endsTie ? [{threshold: certainty, coverage: kept / ranked.length, risk: sum / kept}] : [];
  });
}

/**
 * The threshold that keeps the largest share of documents at a risk of at most `most`.
 *
 * @returns `undefined` where no threshold keeps the risk that low
 */
export function largestKept(curve: readonly RiskPoint[], most: number): RiskPoint | undefined {
  return curve.findLast(({risk}) => risk <= most + 1e-12);
}
