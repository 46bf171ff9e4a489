import {join} from "node:path";
import {counted} from "../counted.ts";
import {LabelscopeError} from "../errors.ts";
import {nearest} from "../nearest.ts";
import type {Manifest} from "../records/manifest.ts";
import type {Trace} from "../records/trace.ts";
import {documentText} from "../report/step-text.ts";
import {requireManifest} from "../store/read-run.ts";
import {readTraces, TRACES} from "../store/trace-file.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {requireRuns} from "./require-runs.ts";

const [COLUMNS, FEWEST_COLUMNS, MOST_COLUMNS] = [80, 40, 1000];

export interface InspectOptions {
  /** Folders; several are shown side by side. */
  readonly runs: readonly string[];
  /** The document; absent: the first of the first run. */
  readonly id?: string;
}

/** `inspect`: one document of a run or of several, each label step as bars. */
export async function inspectCommand({runs, id}: InspectOptions, io: CommandIo): Promise<CommandResult> {
  const [first = "", ...others] = await requireRuns(runs, "inspect", io);
  const leader = await findTrace(first, id);
  if ("ids" in leader) throw unknownDocument(first, id, leader.ids);
  const {manifest, trace} = leader;
  const shown: {manifest: Manifest; trace?: Trace}[] = [leader];
  for (const folder of others) {
    const found = await findTrace(folder, trace.document.id);
    if (found.manifest.task.id !== manifest.task.id) throw otherTask([first, manifest], [folder, found.manifest]);
    shown.push("ids" in found ? {manifest: found.manifest} : found);
  }
  const models = shown.map(one => one.manifest.model.id).join(" | ");
  const head = `${trace.document.id} (${trace.split}) · ${models} · ${manifest.identity.labelScoring}`;
  const wanted = Math.floor(Number(io.env.COLUMNS)) || io.columns || COLUMNS;
  const columns = Math.min(MOST_COLUMNS, Math.max(FEWEST_COLUMNS, wanted));
  return {data: {runs: shown}, text: `${head}\n\n${documentText(trace.document, shown, columns)}`};
}

/** A run's trace of a document, or the ids that the run has. */
async function findTrace(
  folder: string,
  id: string | undefined,
): Promise<{manifest: Manifest; trace: Trace} | {manifest: Manifest; ids: string[]}> {
  const manifest = await requireManifest(folder);
  const ids: string[] = [];
  for await (const trace of readTraces(join(folder, TRACES))) {
    if (id === undefined || trace.document.id === id) return {manifest, trace};
    ids.push(trace.document.id);
  }
  return {manifest, ids};
}

function unknownDocument(folder: string, id: string | undefined, ids: readonly string[]): LabelscopeError {
  const near = nearest(id ?? "", ids, 2)
    .concat(ids)
    .slice(0, 3)
    .join(", ");
  return new LabelscopeError({
    code: "unknown-document",
    message: id === undefined ? `${folder} holds no document yet` : `${folder} holds no document "${id}"`,
    next:
      ids.length === 0
        ? "the same labelscope run command captures them"
        : `--id ID, one of ${counted(ids.length, "document")}, e.g. ${near}`,
  });
}

function otherTask(...runs: readonly [folder: string, manifest: Manifest][]): LabelscopeError {
  return new LabelscopeError({
    code: "different-tasks",
    message: "runs of different tasks have no document in common",
    details: runs.map(([folder, {task}]) => `${task.id}: ${folder}`),
    next: "name runs of one task, e.g. runs/posts-*",
  });
}
