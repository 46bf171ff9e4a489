import type {Document} from "../records/document.ts";
import type {Manifest} from "../records/manifest.ts";
import type {ComparedRun} from "./compared-run.ts";

/** What all columns of a comparison are held to. */
export interface ComparedTask {
  readonly id: string;
  readonly title: string;
  readonly annotations: Manifest["task"]["annotations"];
  readonly gold: Manifest["task"]["gold"];
  /** Without the null label: what the numbers of an estimate stand for. */
  readonly labels: readonly string[];
  readonly noneLabel: string | null;
  /** Documents of the test split, each id once. */
  readonly documents: readonly Document[];
  /** Test documents that were left out because not every file of predictions has them; see `coveredBy`. */
  readonly notPredicted?: number;
}

/** A run's documents of the test split that stand in the comparison, and why others do not. */
export interface Dropped {
  readonly reason: string;
  readonly count: number;
}

/**
 * Documents of the test split that all runs hold, in the order of their ids: resamples then depend neither on the order
 * of the capture nor on that of the runs.
 */
export function commonDocuments(runs: readonly ComparedRun[]): Document[] {
  const [first, ...others] = runs;
  if (first === undefined) return [];
  const held = others.map(run => new Set(run.documents.test.map(({document}) => document.id)));
  const byId = new Map(first.documents.test.map(({document}) => [document.id, document]));
  return byIdOrder([...byId.values()].filter(({id}) => held.every(ids => ids.has(id))));
}

/** In the order of UTF-16 code units, the same on every machine. */
export function byIdOrder(documents: readonly Document[]): Document[] {
  return [...documents].sort((left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0));
}

/** The task behind some runs that can be compared; see `checkComparable`. @throws RangeError without a run */
export function taskOfRuns(runs: readonly ComparedRun[]): ComparedTask {
  const [first] = runs;
  if (first === undefined) throw new RangeError("no run to take a task from");
  const {task, labels, noneLabel} = first.manifest;
  return {
    id: task.id,
    title: task.title,
    annotations: task.annotations,
    gold: task.gold,
    labels: labels.filter(label => label !== noneLabel),
    noneLabel,
    documents: commonDocuments(runs),
  };
}

/** What of a run's captured test documents the comparison leaves out. */
export function droppedOf(run: ComparedRun, task: ComparedTask): Dropped[] {
  const compared = new Set(task.documents.map(({id}) => id));
  const count = run.documents.test.filter(({document}) => !compared.has(document.id)).length;
  const stored = new Set(run.documents.test.map(({document}) => document.id));
  const tooLong = (run.manifest.tooLong ?? []).filter(({split, id}) => split === "test" && !stored.has(id)).length;
  return [
    ...(tooLong === 0 ? [] : [{reason: "too long", count: tooLong}]),
    ...(count === 0 ? [] : [{reason: "not in all that is compared", count}]),
  ];
}
