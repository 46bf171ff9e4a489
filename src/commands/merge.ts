import {basename, relative, resolve} from "node:path";
import {lostRecords} from "../comparison/lost-records.ts";
import {counted} from "../counted.ts";
import {joinRuns, type Mergeable, type Merged, mergeableRuns} from "../store/merge.ts";
import {requireManifest} from "../store/read-run.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {requireRuns} from "./require-runs.ts";

/** `merge`: joins the shards of runs, each model's by themselves. Nothing is written before all of them are found to fit. */
export async function mergeCommand(
  options: {readonly runs: readonly string[]; readonly out?: string},
  io: CommandIo,
): Promise<CommandResult> {
  // One by one: a run that is given twice is counted, not taken once.
  const folders = (await Promise.all(options.runs.map(run => requireRuns([run], "merge", io)))).flat();
  for (const folder of new Set(folders)) {
    for (const line of await lostRecords({name: basename(folder), folder})) io.notice(line);
  }
  const groups: (readonly [string, Mergeable])[] = [];
  for (const [model, group] of await byModel(folders)) {
    groups.push([model, await mergeableRuns(group, resolve(io.cwd, options.out ?? "runs"))]);
  }
  const runs: Merged[] = [];
  for (const [model, group] of groups) {
    const merged = await joinRuns(group);
    runs.push(merged);
    if (merged.missingShards.length === 0) continue;
    const whose = groups.length === 1 ? "" : ` of ${model}`;
    io.notice(
      `not given: shard ${merged.missingShards.join(", ")}${whose}; labelscope run without --shard captures what is missing of the joined run`,
    );
  }
  return {data: {runs}, text: runs.map(merged => mergedLine(merged, io.cwd)).join("")};
}

/** Folders by the model that their runs are of, in the order in which models are met. */
async function byModel(folders: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const groups = new Map<string, string[]>();
  for (const folder of folders) {
    const {id} = (await requireManifest(folder)).model;
    groups.set(id, [...(groups.get(id) ?? []), folder]);
  }
  return groups;
}

function mergedLine({folder, documents, duplicates}: Merged, cwd: string): string {
  const twice = duplicates === 0 ? "" : ` (${duplicates} ${duplicates === 1 ? "was" : "were"} in several shards)`;
  return `${counted(documents, "document")}${twice} → ${relative(cwd, folder) || folder}\n`;
}
