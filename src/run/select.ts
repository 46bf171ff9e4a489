import {counted} from "../counted.ts";
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

/** How many documents of the splits beside `test`; 0 or absent: none. */
export interface Limits {
  readonly calibration?: number;
  readonly train?: number;
}

/**
 * The documents that a run captures: a seeded sample of the test split, then of the calibration and train splits as far as
 * they are asked for. A higher limit only adds documents at the end of each.
 *
 * @param limits of the other splits
 * @param demonstrated ids and texts of documents that stand in the prompt with their answers: left out of the train sample,
 *   since a hidden state after such a prompt would hold the answer
 * @throws `no-documents` where a split that is needed is missing or empty
 */
export function selectDocuments(
  task: Task,
  options: Pick<RunOptions, "limit" | "testMultiShare" | "seed" | "shard">,
  limits: Limits = {},
  demonstrated: readonly Pick<Document, "id" | "text">[] = [],
): SelectedDocument[] {
  const seed = options.seed ?? 0;
  const goldOf = (document: Document) => goldSet(document, task);
  const shown = new Set(demonstrated.flatMap(({id, text}) => [`id ${id}`, `text ${text}`]));
  const draw = (split: Split, limit: number | undefined, multiShare: number | undefined) => {
    const all = task.splits[split]?.documents ?? [];
    const documents =
      split === "train" ? all.filter(({id, text}) => !shown.has(`id ${id}`) && !shown.has(`text ${text}`)) : all;
    if (documents.length === 0) throw all.length > 0 ? allDemonstrated(task, all.length) : noDocuments(task, split);
    const sample = sampleDocuments(documents, {
      seed,
      goldOf,
      ...(limit === undefined ? {} : {limit}),
      ...(multiShare === undefined ? {} : {multiShare}),
    });
    const drawn = sample.map(document => ({document, split}));
    return options.shard === undefined ? drawn : shardOf(drawn, options.shard);
  };
  const beside = (split: "calibration" | "train") => {
    const limit = limits[split] ?? 0;
    return limit === 0 ? [] : draw(split, limit, undefined);
  };
  return [...draw("test", options.limit, options.testMultiShare), ...beside("calibration"), ...beside("train")];
}

/** The train documents that there are stand in the prompt, so that nothing can be learned from them. */
function allDemonstrated({definition}: Task, count: number): LabelscopeError {
  const which = count === 1 ? "the only train document" : `all ${count} train documents`;
  return new LabelscopeError({
    code: "no-documents",
    message: `${which} of task "${definition.id}" ${count === 1 ? "is" : "are"} demonstrated: none is left to learn from`,
    next: ["fewer --shots", "or more documents in the task file's data.train"],
    facts: {split: "train", demonstrated: count},
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
