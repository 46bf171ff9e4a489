import {existsSync} from "node:fs";
import {join} from "node:path";
import type {Comparison} from "../compare/compare.ts";
import {csvText} from "../compare/csv.ts";
import {csvTables, estimatesCsv} from "../compare/csv-tables.ts";
import {firstDistributionsTable, stepsTable} from "../compare/generation-tables.ts";
import {makeFolder} from "../make-folder.ts";
import {resultsSchema} from "../records/results/results.ts";
import {explainFileError} from "../store/disk-full.ts";
import {removeDrafts, writeWhole} from "../write-whole.ts";
import {hashFile, readSums, SUMS} from "./sums.ts";

export const RESULTS = "results.json";
const ESTIMATES = "estimates.csv";

/**
 * Writes a comparison's folder: results.json, estimates.csv and a CSV file a table. Files of an earlier comparison there
 * are replaced, each whole or not at all.
 *
 * @returns the names of the files, results.json first
 * @throws `disk-full` and the other refusals of the file system, by name; an error of zod where a number is not finite,
 *   which is a bug
 */
export async function writeComparison(folder: string, {results, systems, task, runs}: Comparison): Promise<string[]> {
  const files: readonly (readonly [name: string, text: string | Iterable<string>])[] = [
    [RESULTS, resultsText(results)],
    [ESTIMATES, estimatesCsv(systems, task)],
    ...[...csvTables(results), stepsTable(runs), firstDistributionsTable(runs)].map(
      table => [`${table.name}.csv`, csvText(table)] as const,
    ),
  ];
  try {
    await makeFolder(folder);
    await removeDrafts(folder, "dead");
    for (const [name, text] of files) await writeWhole(join(folder, name), text);
    await keepSums(
      folder,
      files.map(([name]) => name),
    );
  } catch (error) {
    throw explainFileError(folder, error);
  }
  return files.map(([name]) => name);
}

/** Writes results.json alone. @throws as `writeComparison` */
export async function writeResults(folder: string, results: Comparison["results"]): Promise<void> {
  try {
    await makeFolder(folder);
    await removeDrafts(folder, "dead");
    await writeWhole(join(folder, RESULTS), resultsText(results));
    await keepSums(folder, [RESULTS]);
  } catch (error) {
    throw explainFileError(folder, error);
  }
}

function resultsText(results: Comparison["results"]): string {
  return `${JSON.stringify(resultsSchema.parse(results), null, 1)}\n`;
}

/** Writes the SHA-256 of files beside them, and keeps those of other files that are still there. */
async function keepSums(folder: string, names: readonly string[]): Promise<void> {
  const sums = await readSums(folder);
  for (const name of sums.keys()) if (!existsSync(join(folder, name))) sums.delete(name);
  for (const name of names) sums.set(name, await hashFile(join(folder, name)));
  const lines = [...sums].sort(([one], [other]) => (one < other ? -1 : 1)).map(([name, sum]) => `${sum}  ${name}\n`);
  await writeWhole(join(folder, SUMS), lines.join(""));
}
