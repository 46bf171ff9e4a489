import {resolve} from "node:path";
import type {ComparedRun} from "../compare/compared-run.ts";
import {runNames} from "../compare/run-names.ts";
import {readRun} from "../store/read-run.ts";
import {lostRecords} from "./lost-records.ts";
import type {ComparisonPlace} from "./place.ts";

/** A run that was read from a folder. */
export interface ReadRun extends ComparedRun {
  readonly folder: string;
}

/** Reads run folders, each once, and names the runs by what differs among them; see `runNames`. */
export async function readRuns(folders: readonly string[], io: ComparisonPlace): Promise<ReadRun[]> {
  const paths = [...new Set(folders.map(folder => resolve(io.cwd, folder)))];
  const runs: ReadRun[] = [];
  for (const path of paths) {
    const {name, manifest, documents, orphans, unsealed, sum} = await readRun(path);
    runs.push({name, manifest, documents, folder: path, sum});
    for (const line of await lostRecords({name, folder: path}, orphans, unsealed)) io.notice(line);
    io.progress({subject: "reading runs", done: runs.length, total: paths.length, unit: "runs", note: name});
  }
  const names = runNames(runs.map(({manifest}) => manifest));
  return runs.map((run, at) => ({...run, name: names[at] ?? run.name}));
}
