import {relative, resolve} from "node:path";
import {comparisonOf} from "../comparison/comparison-of.ts";
import {RESULTS, writeResults} from "../comparison/files.ts";
import type {CompareOptions} from "../comparison/options.ts";
import {addReport, defaultFolder} from "../comparison/write.ts";
import {REPORT, type WrittenReport} from "../report/write-report.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {requireRuns} from "./require-runs.ts";

/** `report`: page and figures of some runs, with the results.json that they are drawn from; no tables. */
export async function reportCommand(
  options: CompareOptions,
  io: CommandIo,
): Promise<CommandResult<WrittenReport & {readonly folder: string}>> {
  const runs = await requireRuns(options.runs, "report", io);
  const comparison = await comparisonOf({...options, runs}, io);
  const folder = resolve(io.cwd, options.out ?? defaultFolder(comparison));
  await writeResults(folder, comparison.results);
  const written = await addReport(folder, comparison, io);
  const place = relative(io.cwd, folder) || folder;
  const undrawn = written.undrawn.map(({name, reason}) => `  not drawn: ${name} (${reason})`);
  const text = [
    `${place}/${REPORT} (${(written.pageBytes / 1e6).toFixed(1)} MB) and ${written.figures.length} figures as SVG and PNG, drawn from ${RESULTS}`,
    ...undrawn,
    "",
  ].join("\n");
  return {data: {folder, ...written}, text};
}
