import {LabelscopeError} from "../errors.ts";
import type {Document, Split} from "../records/document.ts";
import {goldSet} from "../task/gold.ts";
import {sampleDocuments, shardOf} from "../task/sample.ts";
import type {Task} from "../task/task.ts";
import type {RunOptions} from "./options.ts";

export interface SelectedDocument {
  readonly document: Document;
  readonly split: Split;
}

/**
 * The documents that a run captures: a seeded sample of the test split, then of the calibration split where it is asked
 * for. A higher limit only adds documents at the end of each.
 *
 * @throws `no-documents` where a split that is needed is missing or empty
 */
export function selectDocuments(
  task: Task,
  options: Pick<RunOptions, "limit" | "calibrationLimit" | "testMultiShare" | "seed" | "shard">,
): SelectedDocument[] {
  const seed = options.seed ?? 0;
  const goldOf = (document: Document) => goldSet(document, task);
  const draw = (split: Split, limit: number | undefined, multiShare: number | undefined) => {
    const documents = task.splits[split]?.documents ?? [];
    if (documents.length === 0) throw noDocuments(task, split);
    const sample = sampleDocuments(documents, {
      seed,
      goldOf,
      ...(limit === undefined ? {} : {limit}),
      ...(multiShare === undefined ? {} : {multiShare}),
    });
    return sample.map(document => ({document, split}));
  };
  const all = [
    ...draw("test", options.limit, options.testMultiShare),
    ...(options.calibrationLimit === undefined || options.calibrationLimit === 0
      ? []
      : draw("calibration", options.calibrationLimit, undefined)),
  ];
  return options.shard === undefined ? all : shardOf(all, options.shard);
}

function noDocuments(task: Task, split: Split): LabelscopeError {
  const present = Object.entries(task.splits).map(([name, {documents}]) => `${name}: ${documents.length} documents`);
  return new LabelscopeError({
    code: "no-documents",
    message: `task "${task.definition.id}" has no documents in its ${split} split`,
    details: present,
    next: `give the task file's data.${split} a file with documents`,
  });
}
