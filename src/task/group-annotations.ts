import type {Document} from "../records/document.ts";
import type {ProblemList} from "./problems.ts";
import type {Counted} from "./task.ts";

/** One annotator's word on one document, as a row of a file gives it. */
export interface AnnotationRow {
  readonly id: string;
  readonly text: string;
  readonly annotator: string;
  /** The labels given, possibly none; `undefined` where the annotator made no judgement. */
  readonly labels: readonly string[] | undefined;
  /** Where the row stands, for messages. */
  readonly file: string;
  readonly line?: number;
  /** Which entry it is, where the file has no lines. */
  readonly name?: string;
}

/** Documents made of rows, in the order in which their ids first come, and what was left out or read by a rule. */
export interface Grouped {
  readonly documents: readonly Document[];
  readonly dropped: readonly Counted[];
  readonly remarks: readonly Counted[];
}

interface Group {
  readonly first: AnnotationRow;
  readonly judgements: Map<string, (readonly string[])[]>;
}

/** What at least half of one annotator's judgements say; a tie counts as in, as it does in the gold set. */
function merge(sets: readonly (readonly string[])[], labels: readonly string[]): string[] {
  return labels.filter(label => 2 * sets.filter(set => set.includes(label)).length >= sets.length);
}

function union(sets: readonly (readonly string[])[], labels: readonly string[]): string[] {
  const given = new Set(sets.flat());
  return labels.filter(label => given.has(label));
}

/** Whether no label stands in two of the sets, and each holds one: as if a row were one chosen label. */
function disjoint(sets: readonly (readonly string[])[]): boolean {
  const all = sets.flat();
  return sets.length > 1 && sets.every(set => set.length > 0) && new Set(all).size === all.length;
}

function differ(sets: readonly (readonly string[])[]): boolean {
  const keys = sets.map(set => [...set].sort().join("\0"));
  return keys.some(key => key !== keys[0]);
}

/**
 * Rows of one annotator each as documents with `annotations` and `annotators`, both in the order of the rows.
 *
 * An annotator who judged a document more than once counts once, so that nobody weighs more than another: what at least
 * half of the judgements say. Rows without a judgement, and documents that have no other, are dropped and counted. Rows of
 * one id with different texts, an empty id, text or annotator are problems.
 *
 * @param labels the set, in the order that an annotation's labels are written in
 * @param oneLabel whether a row is one chosen label: an annotator's set is then the union of their rows;
 *   false: rows that look like that are remarked; absent: they are known not to be
 */
export function groupAnnotations(
  rows: Iterable<AnnotationRow>,
  {
    labels,
    unjudged,
    problems,
    oneLabel,
  }: {labels: readonly string[]; unjudged: string; problems: ProblemList; oneLabel?: boolean},
): Grouped {
  const groups = new Map<string, Group>();
  const count = {unjudged: 0, silent: 0, repeated: 0, disagreeing: 0, disjoint: 0};
  for (const row of rows) {
    if (problems.full) break;
    const {file, line} = row;
    const add = (message: string): void => {
      const said = row.name === undefined ? message : `${row.name}: ${message}`;
      problems.add({file, message: said, ...(line === undefined ? {} : {line})});
    };
    if (row.id.trim() === "") add("the id is empty");
    if (row.text.trim() === "") add("the text is empty");
    if (row.annotator.trim() === "") add("the annotator is empty");
    const group = groups.get(row.id) ?? {first: row, judgements: new Map()};
    groups.set(row.id, group);
    const {first, judgements} = group;
    if (row.text !== first.text)
      add(
        `id "${row.id}" has another text in ${first.file}, ${first.line === undefined ? first.name : `line ${first.line}`}`,
      );
    if (row.labels === undefined) count.unjudged += 1;
    else judgements.set(row.annotator, [...(judgements.get(row.annotator) ?? []), row.labels]);
  }
  const documents: Document[] = [];
  for (const {first, judgements} of groups.values()) {
    if (judgements.size === 0) {
      count.silent += 1;
      continue;
    }
    const sets = [...judgements.values()];
    count.repeated += sets.filter(set => set.length > 1).length;
    count.disagreeing += sets.filter(differ).length;
    if (oneLabel === false) count.disjoint += sets.filter(disjoint).length;
    const annotations = sets.map(set =>
      oneLabel ? union(set, labels) : set.length === 1 ? (set[0] ?? []) : merge(set, labels),
    );
    documents.push({
      id: first.id,
      text: first.text,
      annotations: annotations.map(set => [...set]),
      annotators: [...judgements.keys()],
    });
  }
  const some = (entry: Counted): boolean => entry.count > 0;
  return {
    documents,
    dropped: [
      {reason: `annotations without a judgement: ${unjudged}`, count: count.unjudged},
      {reason: "documents that no annotator judged", count: count.silent},
    ].filter(some),
    remarks: oneLabel
      ? [
          {reason: "annotator has several rows on one document: their labels are one set", count: count.repeated},
        ].filter(some)
      : [
          {reason: "annotator judged the document more than once: read as one annotation", count: count.repeated},
          {reason: "… and not always alike: what at least half of the judgements say", count: count.disagreeing},
          {
            reason: "… and never with the same label: --rows one-label, if a row is one chosen label of several",
            count: count.disjoint,
          },
        ].filter(some),
  };
}
