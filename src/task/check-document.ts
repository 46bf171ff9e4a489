import {suggestion} from "../nearest.ts";
import type {Document, Truth} from "../records/document.ts";

/** The words a document's labels are checked against. */
export interface LabelSet {
  readonly labels: readonly string[];
  readonly none: string | undefined;
}

/** An unknown label with the one that was probably meant; the null label gets the advice that fits it. */
function unknownLabel(name: string, known: LabelSet): string {
  if (name === known.none) return `"${name}" is the null label: write an empty list for a document without labels`;
  const list = known.labels.length > 30 ? `${known.labels.slice(0, 30).join(", ")} …` : known.labels.join(", ");
  return `label "${name}" is not in the set${suggestion(name, known.labels)}; known: ${list}`;
}

function listProblems(labels: readonly string[], known: LabelSet): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const label of labels) {
    if (seen.has(label)) problems.push(`label "${label}" stands twice in one annotation`);
    else if (!known.labels.includes(label)) problems.push(unknownLabel(label, known));
    seen.add(label);
  }
  return problems;
}

/** A key of `truth.sets`: labels in task order, joined with commas; the empty string is the empty set. */
function isSetKey(key: string, known: LabelSet): boolean {
  if (key === "") return true;
  const positions = key.split(",").map(label => known.labels.indexOf(label));
  return positions.every(
    (position, index) => position >= 0 && (index === 0 || position > (positions[index - 1] ?? -1)),
  );
}

function truthProblems(truth: Truth, known: LabelSet): string[] {
  const problems: string[] = [];
  for (const key of Object.keys(truth.marginal)) {
    if (!known.labels.includes(key)) problems.push(`truth.marginal: ${unknownLabel(key, known)}`);
  }
  const missing = known.labels.filter(label => truth.marginal[label] === undefined);
  if (missing.length > 0) problems.push(`truth.marginal lacks ${missing.join(", ")}`);
  for (const key of Object.keys(truth.first ?? {})) {
    if (key !== known.none && !known.labels.includes(key)) problems.push(`truth.first: ${unknownLabel(key, known)}`);
  }
  for (const key of Object.keys(truth.sets ?? {})) {
    if (!isSetKey(key, known))
      problems.push(`truth.sets: "${key}" is not labels in the task's order joined with commas`);
  }
  return problems;
}

/**
 * What is wrong with a document that has the right fields; empty where nothing is.
 *
 * @param gold the task's rule: `labels` needs documents that ship aggregated labels
 */
export function documentProblems(document: Document, known: LabelSet, gold: "majority" | "labels"): string[] {
  const problems: string[] = [];
  if (document.id.trim() === "") problems.push("the id is empty");
  if (document.text.trim() === "") problems.push("the text is empty");
  for (const labels of document.annotations ?? [document.labels ?? []])
    for (const one of listProblems(labels, known)) problems.push(one);
  if (document.annotators !== undefined && new Set(document.annotators).size < document.annotators.length) {
    problems.push('"annotators" names someone twice: one annotation an annotator');
  }
  if (gold === "labels" && document.annotations !== undefined) {
    problems.push('the task says "gold: labels", so the document needs "labels" and not "annotations"');
  }
  if (document.truth !== undefined) for (const one of truthProblems(document.truth, known)) problems.push(one);
  return problems;
}
