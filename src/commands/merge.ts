import {basename, relative, resolve} from "node:path";
import {lostRecords} from "../comparison/lost-records.ts";
import {counted} from "../counted.ts";
import {mergeRuns} from "../store/merge.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {requireRuns} from "./require-runs.ts";

/** `merge`: joins the shards of a run. */
export async function mergeCommand(
  options: {readonly runs: readonly string[]; readonly out?: string},
  io: CommandIo,
): Promise<CommandResult> {
  // One by one: a run that is given twice is counted, not taken once.
  const folders = (await Promise.all(options.runs.map(run => requireRuns([run], "merge", io)))).flat();
  for (const folder of new Set(folders)) {
    for (const line of await lostRecords({name: basename(folder), folder})) io.notice(line);
  }
  const merged = await mergeRuns(folders, resolve(io.cwd, options.out ?? "runs"));
  const duplicates =
    merged.duplicates === 0
      ? ""
      : ` (${merged.duplicates} ${merged.duplicates === 1 ? "was" : "were"} in several shards)`;
  if (merged.missingShards.length > 0) {
    io.notice(
      `not given: shard ${merged.missingShards.join(", ")}; labelscope run without --shard captures what is missing of the joined run`,
    );
  }
  const place = relative(io.cwd, merged.folder) || merged.folder;
  return {data: merged, text: `${counted(merged.documents, "document")}${duplicates} → ${place}\n`};
}
