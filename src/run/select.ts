import {counted} from "../counted.ts";
import {LabelscopeError} from "../errors.ts";
import type {Document, Split} from "../records/document.ts";
import {goldSet} from "../task/gold.ts";
import {sampleDocuments, shardOf} from "../task/sample.ts";
import {balanced} from "../task/strata.ts";
import {splitNames, type Task} from "../task/task.ts";
import type {RunOptions} from "./options.ts";
import type {IdList, Tested} from "./tested.ts";

export interface SelectedDocument {
  readonly document: Document;
  readonly split: Split;
}

/** How many documents of the splits beside `test`; 0 or absent: none. */
export interface Limits {
  readonly calibration?: number;
  readonly train?: number;
}

/**
 * The documents that a run captures: those that are tested, a seeded sample of their split or a list, then a seeded sample
 * of the calibration and train splits as far as they are asked for. A higher limit only adds documents at the end of each.
 *
 * @param limits of the other splits
 * @param demonstrated documents that stand in the prompt with their answers: left out of train documents, and of
 *   calibration documents that are tested, since a read after such a prompt would hold the answer
 * @throws `no-documents` where a split that is needed is missing or empty; `ids-missing`; `usage` for estimators that learn
 *   from the documents that are tested; `no-agreement` for a balance that needs annotators
 */
export function selectDocuments(
  task: Task,
  options: Pick<RunOptions, "limit" | "testMultiShare" | "seed" | "shard" | "strata">,
  tested: Tested,
  limits: Limits = {},
  demonstrated: readonly Pick<Document, "id" | "text">[] = [],
): SelectedDocument[] {
  const seed = options.seed ?? 0;
  const shown = new Set(demonstrated.flatMap(({id, text}) => [`id ${id}`, `text ${text}`]));
  const isShown = ({id, text}: Document) => shown.has(`id ${id}`) || shown.has(`text ${text}`);
  const of = (split: Split) => {
    const all = task.splits[split]?.documents ?? [];
    const leavesOut = split === "train" || (split === "calibration" && split === tested.split);
    const documents = leavesOut ? all.filter(document => !isShown(document)) : all;
    if (documents.length === 0)
      throw all.length > 0 ? allDemonstrated(task, split, all.length) : noDocuments(task, split);
    return documents;
  };
  const drawn = (documents: readonly Document[], split: Split) => {
    const selected = documents.map(document => ({document, split}));
    return options.shard === undefined ? selected : shardOf(selected, options.shard);
  };
  const beside = (split: "calibration" | "train") => {
    const limit = limits[split] ?? 0;
    if (limit === 0) return [];
    if (split === tested.split) throw learnsFromTested(split);
    return drawn(sampleDocuments(of(split), {seed, limit, goldOf: document => goldSet(document, task)}), split);
  };
  return [
    ...drawn(testedDocuments(task, {...options, seed}, tested, of(tested.split)), "test"),
    ...beside("calibration"),
    ...beside("train"),
  ];
}

function testedDocuments(
  task: Task,
  {seed, limit, testMultiShare, strata}: Pick<RunOptions, "limit" | "testMultiShare" | "strata"> & {seed: number},
  {split, list}: Tested,
  documents: readonly Document[],
): readonly Document[] {
  if (list !== undefined) return listed(task, split, list, documents).slice(0, limit);
  if (strata === undefined)
    return sampleDocuments(documents, {
      seed,
      goldOf: document => goldSet(document, task),
      ...(limit === undefined ? {} : {limit}),
      ...(testMultiShare === undefined ? {} : {multiShare: testMultiShare}),
    });
  const order = balanced(documents, strata, {seed, task});
  if (order !== undefined) return order.slice(0, limit);
  throw new LabelscopeError({
    code: "no-agreement",
    message: `--strata ${strata}: the ${split} documents of task "${task.definition.id}" do not all have two annotators`,
    next: "--strata kinds, which needs gold labels only",
  });
}

/** The documents of a list, in its order. */
function listed(task: Task, split: Split, {ids, file}: IdList, documents: readonly Document[]): Document[] {
  const byId = new Map(documents.map(document => [document.id, document]));
  const found = ids.flatMap(id => byId.get(id) ?? []);
  if (found.length === ids.length) return found;
  const missing = ids.filter(id => !byId.has(id));
  const elsewhere = splitNames.filter(name => name !== split && holdsAny(task, name, missing));
  const isDemonstrated = holdsAny(task, split, missing);
  throw new LabelscopeError({
    code: "ids-missing",
    message: `${missing.length} of the ${counted(ids.length, "id")} in ${file} ${missing.length === 1 ? "is no document" : "are no documents"} of the ${split} split${isDemonstrated ? ", or stand in the prompt with their answers" : ""}`,
    details: [...missing.slice(0, 20), ...(missing.length > 20 ? [`and ${missing.length - 20} more`] : [])],
    next:
      elsewhere.length === 0
        ? "take them out of the list, or check that the list is of this data"
        : elsewhere.map(name => `--split ${name}, which holds some of them`),
    facts: {missing},
  });
}

function holdsAny(task: Task, split: Split, ids: readonly string[]): boolean {
  const wanted = new Set(ids);
  return task.splits[split]?.documents.some(({id}) => wanted.has(id)) ?? false;
}

/** Numbers would be of documents from which they were learned. */
function learnsFromTested(split: "calibration" | "train"): LabelscopeError {
  return new LabelscopeError({
    code: "usage",
    message: `--split ${split}: an estimator learns from ${split} documents, which are those that are tested`,
    next: [
      `leave out estimators that learn from the ${split} split`,
      split === "calibration" ? "or --calibration-limit 0" : "or --train-limit 0",
    ],
  });
}

/** The documents that there are stand in the prompt, so that nothing can be learned from them or tested on them. */
function allDemonstrated({definition}: Task, split: Split, count: number): LabelscopeError {
  const which = count === 1 ? `the only ${split} document` : `all ${count} ${split} documents`;
  const use = split === "train" ? "to learn from" : "to test";
  return new LabelscopeError({
    code: "no-documents",
    message: `${which} of task "${definition.id}" ${count === 1 ? "is" : "are"} demonstrated: none is left ${use}`,
    next: ["fewer --shots", `or more documents in the task file's data.${split}`],
    facts: {split, demonstrated: count},
  });
}

function noDocuments(task: Task, split: Split): LabelscopeError {
  const present = Object.entries(task.splits).map(
    ([name, {documents}]) => `${name}: ${counted(documents.length, "document")}`,
  );
  return new LabelscopeError({
    code: "no-documents",
    message: `task "${task.definition.id}" has no documents in its ${split} split`,
    details: present,
    next: `give the task file's data.${split} a file with documents`,
  });
}
