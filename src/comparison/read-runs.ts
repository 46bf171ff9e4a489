import {relative, resolve} from "node:path";
import type {ComparedRun} from "../compare/compared-run.ts";
import {readRun} from "../store/read-run.ts";
import {lostRecords} from "./lost-records.ts";
import type {ComparisonPlace} from "./place.ts";

/** A run that was read from a folder. */
export interface ReadRun extends ComparedRun {
  readonly folder: string;
}

/** Reads run folders, each once; runs of the same name are told apart by their folders. */
export async function readRuns(folders: readonly string[], io: ComparisonPlace): Promise<ReadRun[]> {
  const paths = [...new Set(folders.map(folder => resolve(io.cwd, folder)))];
  const runs: {readonly path: string; readonly run: ReadRun}[] = [];
  for (const path of paths) {
    const {name, manifest, documents, orphans} = await readRun(path);
    runs.push({path, run: {name, manifest, documents, folder: path}});
    for (const line of await lostRecords({name, folder: path}, orphans)) io.notice(line);
    io.progress({subject: "reading runs", done: runs.length, total: paths.length, unit: "runs", note: name});
  }
  const taken = (name: string) => runs.filter(({run}) => run.name === name).length > 1;
  return runs.map(({path, run}) => (taken(run.name) ? {...run, name: relative(io.cwd, path) || path} : run));
}
