import type {Document} from "../records/document.ts";
import type {Task} from "./task.ts";

/** What the readings below need of a task. */
export type LabelledTask = Pick<Task, "definition">;

/** The task's labels by name, in the order of its file. */
export function labelNames(task: LabelledTask): string[] {
  return task.definition.labels.map(label => label.name);
}

/**
 * The human distribution Ĥ: for each label the share of annotators who gave it. The numbers do not sum to 1.
 *
 * A document with aggregated labels gives 0 and 1. @param labels the order of the answer
 * @returns one number in [0, 1] a label
 * Source: METHODS §1
 */
export function humanDistribution(document: Document, labels: readonly string[]): number[] {
  const sets = document.annotations ?? [document.labels ?? []];
  return labels.map(label => sets.filter(set => set.includes(label)).length / sets.length);
}

/**
 * The gold set: the labels that at least half of the annotators gave (a tie counts as in), or those that the data ships.
 *
 * Always in the order of the task file; empty where the document carries none. A document with aggregated labels has its
 * labels as gold under both rules.
 * Source: METHODS §1
 */
export function goldSet(document: Document, task: LabelledTask): string[] {
  const labels = labelNames(task);
  const flags = goldFlags(document, labels);
  return labels.filter((_, index) => flags[index]);
}

/** The gold set as one entry a label: whether the label is in it. @param labels the order of the answer */
export function goldFlags(document: Document, labels: readonly string[]): boolean[] {
  const sets = document.annotations ?? [document.labels ?? []];
  return labels.map(label => 2 * sets.filter(set => set.includes(label)).length >= sets.length);
}
