import {existsSync} from "node:fs";
import {join, relative, resolve} from "node:path";
import {RESULTS} from "../comparison/files.ts";
import {verifyComparison} from "../comparison/verify-comparison.ts";
import {counted} from "../counted.ts";
import {MANIFEST} from "../store/manifest-file.ts";
import {type Finding, type Verified, verifyRun} from "../store/verify-run.ts";
import type {CommandIo, CommandResult} from "./command.ts";
import {requireRuns} from "./require-runs.ts";

/** Findings shown of one folder; all of them are in the JSON. */
const SHOWN = 20;

/**
 * `verify`: whether runs and comparisons are as labelscope wrote them. A comparison is also held against the runs that are
 * named beside it. Exit code 1 where one is not whole.
 */
export async function verifyCommand(
  {folders}: {readonly folders: readonly string[]},
  io: CommandIo,
): Promise<CommandResult> {
  const paths = [...new Set(folders.map(folder => resolve(io.cwd, folder)))];
  const comparisons = paths.filter(path => existsSync(join(path, RESULTS)) && !existsSync(join(path, MANIFEST)));
  const runs = await requireRuns(
    paths.filter(path => !comparisons.includes(path)),
    "verify",
    io,
  );
  const checked: {readonly folder: string; readonly whole: boolean; readonly found: Verified}[] = [];
  const note = (folder: string, found: Verified) => {
    checked.push({folder: relative(io.cwd, folder) || ".", whole: found.damage.length === 0, found});
    io.progress({subject: "verifying", done: checked.length, total: paths.length, unit: "runs"});
  };
  for (const run of runs) note(run, await verifyRun(run));
  const wholeRuns = runs.filter((_, i) => checked[i]?.whole);
  for (const comparison of comparisons) note(comparison, await verifyComparison(comparison, wholeRuns));
  const broken = checked.filter(({whole}) => !whole);
  return {
    data: checked.map(({folder, whole, found}) => ({folder, whole, ...found})),
    text: checked
      .map(({folder, found}) => describe(folder, found, comparisons.includes(resolve(io.cwd, folder))))
      .join(""),
    ...(broken.length === 0
      ? {}
      : {exitCode: 1, failures: [`not whole: ${broken.map(({folder}) => folder).join(", ")}`]}),
  };
}

function describe(folder: string, {damage, remarks}: Verified, isComparison: boolean): string {
  const head = damage.length === 0 ? `${folder}: whole` : `${folder}: ${counted(damage.length, "finding")}`;
  const more = damage.length - SHOWN;
  const wayOut = isComparison
    ? "Next: labelscope compare with the same runs makes it again"
    : "Next: the same labelscope run command with --repair captures damaged documents again";
  const lines = [
    ...damage.slice(0, SHOWN).map(line),
    ...(more > 0 ? [`and ${more} more (--json lists all)`] : []),
    ...remarks,
    ...(damage.length === 0 ? [] : [wayOut]),
  ];
  return `${[head, ...lines.map(one => `  ${one}`)].join("\n")}\n`;
}

function line({file, line: number, field, problem}: Finding): string {
  const place = number === undefined ? file : `${file}:${number}`;
  return `${place}: ${field === undefined || field === "line" ? "" : `${field}: `}${problem}`;
}
