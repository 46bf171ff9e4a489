import {readFile} from "node:fs/promises";
import {resolve} from "node:path";
import {isMap, parseDocument} from "yaml";
import {LabelscopeError} from "../errors.ts";
import type {Manifest} from "../records/manifest.ts";
import {byName} from "../records/record-of.ts";
import {modelHash} from "../store/model-contents.ts";
import {sha256} from "../task/hash.ts";
import {version} from "../version.ts";
import type {StudyPlan} from "./plan-study.ts";
import type {ReadStudy} from "./read-study.ts";
import type {StudyLock} from "./study-file.ts";

/**
 * What a planned study would be made with: hashes of its task, data and models, by the names of the file.
 *
 * @param home where hashes of files that did not change are kept
 * @param engine what the runs say of their engine; absent before there are any
 */
export async function lockOf(
  {runs, experiments}: StudyPlan,
  {study, folder}: Pick<ReadStudy, "study" | "folder">,
  home: string,
  engine = "",
): Promise<StudyLock> {
  const [first] = runs;
  if (first === undefined) throw new RangeError("a study has at least one run");
  const {task} = first.plan;
  const models = byName<string>([]);
  for (const {model} of [...runs, ...experiments.flatMap(({plan}) => plan.runs)]) {
    models[model.spec] = modelHash(await model.source.describe({home}));
  }
  const data = Object.fromEntries(Object.entries(task.splits).map(([split, {hash}]) => [split, hash]));
  const predictions = byName<string>([]);
  for (const [name, file] of Object.entries(study.predictions)) {
    predictions[name] = sha256(await readFile(resolve(folder, file)));
  }
  return {labelscope: version, engine, task: task.hash, data, models, predictions};
}

/** What a run says of the engine that made it. */
export function engineOf({engine}: Manifest): string {
  return ["engine", "llamaCpp", "gpu", "cpuBackend"].flatMap(fact => engine[fact] ?? []).join(" ");
}

/** What is not as it was when the study was locked, a line each; what could change a number first. */
export function lockDifferences(
  locked: StudyLock,
  found: StudyLock,
): {readonly content: string[]; readonly versions: string[]} {
  const content: string[] = [];
  if (locked.task !== found.task) content.push("the task's definition is another one");
  for (const [split, hash] of Object.entries(found.data)) {
    if (locked.data[split] !== hash) content.push(`the ${split} documents are other ones`);
  }
  for (const line of filesThatDiffer(locked.models, found.models)) content.push(line);
  // Locks of earlier versions say nothing of predictions.
  if (locked.predictions !== undefined) {
    const differ = filesThatDiffer(locked.predictions, found.predictions ?? {});
    for (const line of differ) content.push(`predictions ${line}`);
  }
  const versions =
    locked.labelscope === found.labelscope ? [] : [`labelscope ${found.labelscope} instead of ${locked.labelscope}`];
  if (found.engine !== "" && locked.engine !== "" && locked.engine !== found.engine) {
    versions.push(`engine ${found.engine} instead of ${locked.engine}`);
  }
  return {content, versions};
}

function filesThatDiffer(locked: Readonly<Record<string, string>>, found: Readonly<Record<string, string>>): string[] {
  const present = Object.entries(found).flatMap(([name, hash]) => {
    if (locked[name] === undefined) return [`${name} was not part of it`];
    return locked[name] === hash ? [] : [`${name} is another file`];
  });
  const gone = Object.keys(locked).filter(name => found[name] === undefined);
  return [...present, ...gone.map(name => `${name} is no longer part of it`)];
}

/** @throws `study-changed`, naming what differs */
export function refuseChanged(locked: StudyLock, found: StudyLock, file: string): void {
  const {content} = lockDifferences(locked, found);
  if (content.length === 0) return;
  throw new LabelscopeError({
    code: "study-changed",
    message: `${file} was locked with other contents`,
    details: content,
    next: [
      "put back what it was locked with, to get the numbers of then",
      `labelscope study ${file} --lock runs it with what is there now, and locks that`,
    ],
    facts: {differences: content},
  });
}

/** The text of a study file with a lock in it; comments and order stay as they are. */
export function withLock(text: string, lock: StudyLock): string {
  const document = parseDocument(text);
  if (!isMap(document.contents)) throw new RangeError("a study file is a map");
  document.set("lock", document.createNode(lock));
  return document.toString({lineWidth: 0});
}
