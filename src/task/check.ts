import {counted} from "../counted.ts";
import {byName} from "../records/record-of.ts";
import {fleissKappa, type Judgement, krippendorffAlpha} from "../stats/agreement.ts";
import {visible} from "../visible.ts";
import {countComposition, planComposition, saysNothing} from "./composition.ts";
import {goldSet, labelNames} from "./gold.ts";
import {judgementsOf} from "./judgements.ts";
import {type LoadOptions, loadTask} from "./load.ts";
import {type Counted, splitNames, type Task, type TaskSplit} from "./task.ts";

/** What a split holds, by gold labels. */
export interface SplitSummary {
  readonly documents: number;
  /** Gold documents a label, in the order of the task file. */
  readonly labelCounts: Readonly<Record<string, number>>;
  /** Documents by the size of their gold set. */
  readonly setSizes: Readonly<Record<string, number>>;
  /** The share of documents with an empty gold set. */
  readonly noneShare: number;
  /** Documents by number of annotators; absent where labels are aggregated. */
  readonly annotatorsPerDocument?: Readonly<Record<string, number>>;
  /** How far annotators agree, over documents with at least two; a coefficient is absent where they all say the same. */
  readonly agreement?: AgreementSummary;
  /** Different names of annotators; absent where the data names nobody. */
  readonly annotators?: number;
  /** The longest text, in UTF-16 units, and whose it is. */
  readonly longestText: {readonly id: string; readonly length: number};
  readonly hash: string;
  readonly source: string;
  readonly dropped: readonly Counted[];
  readonly remarks: readonly Counted[];
}

/** Fleiss' κ and Krippendorff's α of one label, or of all pairs of a document and a label. */
export interface Coefficients {
  readonly fleissKappa?: number;
  readonly krippendorffAlpha?: number;
}

export interface AgreementSummary {
  readonly documents: number;
  readonly pooled: Coefficients;
  readonly labels: Readonly<Record<string, Coefficients>>;
}

/** A task in numbers, and what to look at before running it. */
export interface TaskSummary {
  readonly id: string;
  readonly title: string;
  readonly source: string;
  readonly hash: string;
  readonly labels: readonly string[];
  readonly none: string | undefined;
  readonly annotations: Task["annotations"];
  readonly splits: Readonly<Record<string, SplitSummary>>;
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
}

/** How often each value occurs, smallest value first. */
function tally(values: readonly number[]): Record<string, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([left], [right]) => left - right));
}

function agreementOf({documents}: TaskSplit, task: Task): {readonly agreement?: AgreementSummary} {
  const {byLabel, pooled, documents: judged} = judgementsOf(documents, labelNames(task));
  if (judged === 0) return {};
  const labels = Object.fromEntries([...byLabel].map(([label, units]) => [label, coefficients(units)]));
  return {agreement: {documents: judged, pooled: coefficients(pooled), labels}};
}

function coefficients(units: readonly Judgement[]): Coefficients {
  const [kappa, alpha] = [fleissKappa(units), krippendorffAlpha(units)];
  return {
    ...(kappa === undefined ? {} : {fleissKappa: kappa}),
    ...(alpha === undefined ? {} : {krippendorffAlpha: alpha}),
  };
}

function summariseSplit(split: TaskSplit, task: Task): SplitSummary {
  const golds = split.documents.map(document => goldSet(document, task));
  const annotated = split.documents.flatMap(document =>
    document.annotations === undefined ? [] : [document.annotations],
  );
  const names = new Set(split.documents.flatMap(document => document.annotators ?? []));
  let longest = {id: "", length: 0};
  for (const {id, text} of split.documents) if (text.length > longest.length) longest = {id, length: text.length};
  return {
    documents: split.documents.length,
    labelCounts: byName(labelNames(task).map(label => [label, golds.filter(gold => gold.includes(label)).length])),
    setSizes: tally(golds.map(gold => gold.length)),
    noneShare: golds.filter(gold => gold.length === 0).length / golds.length,
    ...(annotated.length === 0 ? {} : {annotatorsPerDocument: tally(annotated.map(sets => sets.length))}),
    ...agreementOf(split, task),
    ...(names.size === 0 ? {} : {annotators: names.size}),
    longestText: longest,
    hash: split.hash,
    source: split.source,
    dropped: split.dropped,
    remarks: split.remarks,
  };
}

/** Texts, or ids, that stand in both of two splits. */
function sharedBetween(task: Task, read: "id" | "text"): string[] {
  return splitNames.flatMap((left, index) =>
    splitNames.slice(index + 1).flatMap(right => {
      const values = new Set(task.splits[left]?.documents.map(document => document[read]));
      const shared = task.splits[right]?.documents.filter(document => values.has(document[read])) ?? [];
      const [example] = shared;
      if (example === undefined) return [];
      const has = shared.length === 1 ? "has" : "have";
      const what = read === "id" ? "an id" : "a text";
      return [
        `${counted(shared.length, `${right} document`)} ${has} ${what} that ${left} has too, e.g. "${example.id}"`,
      ];
    }),
  );
}

const KINDS = {multi: "with several labels", single: "with one label", none: "without a label"} as const;

function demonstrationWarnings(task: Task): string[] {
  const rule = task.definition.demonstrations;
  if (typeof rule === "string") return [];
  const pool = task.splits[rule.from]?.documents;
  if (pool === undefined)
    return rule.count === 0 ? [] : [`no ${rule.from} split to draw demonstrations from: run with --shots 0`];
  const wanted = planComposition({...rule, hasNull: saysNothing(task.definition)});
  const there = countComposition(pool.map(document => goldSet(document, task)));
  return (["multi", "single", "none"] as const)
    .filter(kind => there[kind] < wanted[kind])
    .map(
      kind =>
        `demonstrations want ${counted(wanted[kind], "document")} ${KINDS[kind]}, ${rule.from} has ${there[kind]}`,
    );
}

/** What stands before an answer in the demonstrations should stand before the opening of the query, too. */
function openingWarnings({definition}: Task): string[] {
  const {demonstration, query} = definition.prompt;
  const before = demonstration.split("{answer}")[0] ?? "";
  const asked = query.slice(0, -"{opening}".length);
  if (before === asked) return [];
  const [shown, sent] = [before, asked].map(text => JSON.stringify(text.slice(-40)));
  return [
    `the demonstrations write ${shown} before {answer}, the query ${sent} before {opening}: the model continues another text than it was shown, and what is read at a given opening differs from a free one`,
  ];
}

function labelWarnings(task: Task, splits: Readonly<Record<string, SplitSummary>>): string[] {
  return labelNames(task).flatMap(label => {
    const used = Object.values(splits).some(split => (split.labelCounts[label] ?? 0) > 0);
    const tested = splits.test === undefined || (splits.test.labelCounts[label] ?? 0) > 0;
    if (!used) return [`label "${label}" is in no document's gold set`];
    return tested ? [] : [`label "${label}" is in no test document's gold set: its own metrics are undefined`];
  });
}

/** Labels that do not look like what a model is given: zero-width characters, those that turn the direction of writing. */
function unseenWarnings({definition: {labels, none}}: Task): string[] {
  const words = [...labels.flatMap(({variants}) => variants), ...(none === undefined ? [] : [none])];
  return words
    .filter(word => visible(word) !== word)
    .map(
      word =>
        `label "${visible(word)}" holds characters that are not seen, turn the direction of writing or are no text, ` +
        "spelled out here: the model is given them, and an answer that looks the same without them is another label",
    );
}

/** The summary of a loaded task. Pure. */
export function summariseTask(task: Task): TaskSummary {
  const {definition} = task;
  const splits: Record<string, SplitSummary> = {};
  for (const name of splitNames) {
    const split = task.splits[name];
    if (split !== undefined) splits[name] = summariseSplit(split, task);
  }
  const empty = Object.values(splits).some(split => split.noneShare > 0);
  const warnings = [
    ...unseenWarnings(task),
    ...labelWarnings(task, splits),
    ...sharedBetween(task, "text"),
    ...sharedBetween(task, "id"),
    ...demonstrationWarnings(task),
    ...openingWarnings(task),
    ...(definition.none === undefined && empty
      ? ["some documents carry no label, and the task has no null label"]
      : []),
  ];
  return {
    id: definition.id,
    title: definition.title,
    source: task.source,
    hash: task.hash,
    labels: labelNames(task),
    none: definition.none,
    annotations: task.annotations,
    splits,
    warnings,
    notes: task.notes,
  };
}

/** Loads a task, every line checked, and sums it up. @throws what `loadTask` throws */
export async function checkTask(spec: string, options: LoadOptions): Promise<TaskSummary> {
  return summariseTask(await loadTask(spec, options));
}
