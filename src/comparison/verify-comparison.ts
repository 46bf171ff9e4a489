import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {LabelscopeError} from "../errors.ts";
import type {Manifest} from "../records/manifest.ts";
import {resultsSchema} from "../records/results/results.ts";
import {readRun} from "../store/read-run.ts";
import type {Finding, Verified} from "../store/verify-run.ts";
import {canonicalJson} from "../task/hash.ts";
import {RESULTS} from "./files.ts";
import {hashFile, readSums, SUMS} from "./sums.ts";

/**
 * Holds a comparison's files against the hashes that were kept with them, and its results against the runs that they were
 * made from, where these are given.
 *
 * @param runs folders of whole runs; told by how they were made, whatever they are called
 */
export async function verifyComparison(folder: string, runs: readonly string[]): Promise<Verified> {
  const sums = await readSums(folder);
  const damage: Finding[] = [];
  const remarks: string[] = [];
  if (!sums.has(RESULTS)) remarks.push(`${SUMS} does not name ${RESULTS}: it was written before there were checksums`);
  for (const [file, expected] of sums) {
    const found = await hashFile(join(folder, file)).catch(() => undefined);
    if (found === undefined) damage.push({file, problem: "it is missing"});
    else if (found !== expected) damage.push({file, problem: "it is not the file that was written"});
  }
  const compared = await comparedRuns(join(folder, RESULTS));
  const held = new Set<string>();
  for (const path of runs) {
    const {name, manifest, sum} = await readRun(path);
    const made = madeAs(manifest);
    const run = compared.find(one => one.made === made);
    if (run === undefined) remarks.push(`${name} is none of the compared runs`);
    else if (run.sum !== sum)
      damage.push({file: RESULTS, problem: `${name} has changed since: its records are not those that were compared`});
    if (run !== undefined) held.add(run.name);
  }
  const open = compared.filter(({name}) => !held.has(name)).map(({name}) => name);
  if (open.length > 0) remarks.push(`not held against its runs: ${open.join(", ")}; name their folders, too`);
  return {damage, remarks};
}

/** What tells a run from others whatever it is called and wherever it lies. */
function madeAs({created, identity}: Pick<Manifest, "created" | "identity">): string {
  return canonicalJson([created, identity]);
}

interface ComparedSum {
  readonly name: string;
  readonly made: string;
  readonly sum: string;
}

async function comparedRuns(path: string): Promise<ComparedSum[]> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw unreadable(path, "it cannot be read as JSON", cause);
  }
  const results = resultsSchema.pick({runs: true}).strip().safeParse(value);
  if (!results.success) throw unreadable(path, results.error.issues[0]?.message ?? "it is no results.json");
  return results.data.runs.flatMap(({run, provenance}) =>
    provenance?.recordsSum === undefined ? [] : {name: run, made: madeAs(provenance), sum: provenance.recordsSum},
  );
}

function unreadable(path: string, why: string, cause?: unknown): LabelscopeError {
  return new LabelscopeError({
    code: "results-unreadable",
    message: `${path}: ${why}`,
    next: "make the comparison again: labelscope compare with the same runs",
    facts: {path},
    cause,
  });
}
