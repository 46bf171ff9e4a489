import type {DocumentRecords} from "../estimate/estimator.ts";
import type {Document} from "../records/document.ts";
import type {Manifest} from "../records/manifest.ts";
import type {LabelStep, Trace} from "../records/trace.ts";
import {humanDistribution} from "../task/gold.ts";

/** What the dynamics of a run are read from: its manifest and the documents of the test split. */
export interface DynamicsRun {
  readonly manifest: Pick<Manifest, "labels" | "noneLabel" | "prompt" | "identity">;
  readonly documents: readonly DocumentRecords[];
}

/** One document with a trace. */
export interface TracedDocument {
  /** Its place among the resampled documents. */
  readonly row: number;
  readonly id: string;
  readonly answer: Trace["answer"];
  /** By their place r in the answer. */
  readonly steps: ReadonlyMap<number, LabelStep>;
  /** In the order of the labels; `undefined` where nobody annotated the document. */
  readonly gold: readonly string[] | undefined;
}

/** A run laid out for the functions of this folder. */
export interface RunView {
  /** In the order of every array of a step; the null label is among them. */
  readonly labels: readonly string[];
  readonly noneLabel: string | null;
  /** The place of the null label in `labels`; −1 where there is none. */
  readonly none: number;
  /** Ids of all documents: what the rows count. */
  readonly ids: readonly string[];
  readonly traced: readonly TracedDocument[];
}

/**
 * Lays out the documents by id: resamples, and so intervals, then do not depend on the order in which documents were
 * captured. Those without a trace keep their row, since they may have estimates.
 */
export function viewRun({manifest, documents}: DynamicsRun): RunView {
  const {labels, noneLabel} = manifest;
  const inOrder = [...documents].sort((one, other) => compareIds(one.document.id, other.document.id));
  return {
    labels,
    noneLabel,
    none: noneLabel === null ? -1 : labels.indexOf(noneLabel),
    ids: inOrder.map(({document}) => document.id),
    traced: inOrder.flatMap(({document, trace}, row) => {
      if (trace === undefined) return [];
      const steps = new Map(trace.steps.map(step => [step.r, step]));
      return [{row, id: document.id, answer: trace.answer, steps, gold: goldOf(document, labels)}];
    }),
  };
}

/** By UTF-16 code units, the same everywhere. */
export function compareIds(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** The gold set: labels of at least half of the annotators. Source: METHODS §1 */
export function goldOf(document: Document, labels: readonly string[]): string[] | undefined {
  if (document.annotations === undefined && document.labels === undefined) return undefined;
  const human = humanDistribution(document, labels);
  return labels.filter((_, index) => (human[index] ?? 0) >= 0.5);
}

/** The labels of a step by falling probability, as indices: ties in the order of the labels. `skip` is left out. */
export function rankLabels(step: Pick<LabelStep, "probabilities">, skip?: number): number[] {
  const {probabilities} = step;
  return probabilities
    .map((_, index) => index)
    .filter(index => index !== skip)
    .sort((one, other) => (probabilities[other] ?? 0) - (probabilities[one] ?? 0) || one - other);
}

/** The labels that a document's steps emit up to a place, the null label not among them. */
export function emittedUpTo(document: TracedDocument, r: number): Set<string> {
  const labels = [...document.steps.values()].filter(step => step.r <= r && step.emitted.kind === "label");
  return new Set(labels.flatMap(({emitted}) => emitted.label ?? []));
}

/** The labels without the null label. */
export function labelsOf({labels, noneLabel}: Pick<RunView, "labels" | "noneLabel">): string[] {
  return labels.filter(label => label !== noneLabel);
}

export const NO_DOCUMENTS = "no document has a trace";
