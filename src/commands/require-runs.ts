import {existsSync} from "node:fs";
import {basename, dirname, join, relative, resolve} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {nearest} from "../nearest.ts";
import {matching} from "../shelf/find.ts";
import {type Item, itemsIn} from "../shelf/shelf.ts";
import {MANIFEST} from "../store/manifest-file.ts";
import {type FoundRun, runsIn} from "../store/runs-in.ts";
import type {CommandIo} from "./command.ts";

/** The commands that are given runs. */
type RunsCommand = "compare" | "report" | "inspect" | "merge" | "verify" | "export";

/** Names in a line of an error; more are counted. */
const SHOWN = 4;

/**
 * Run folders as paths, each once; a run may be given by its name as `ls` shows it.
 *
 * @throws `no-run` for a path that is none: where it holds runs, with these by task and the commands that take them; where
 *   it is not there, with what lies beside it
 */
export async function requireRuns(
  given: readonly string[],
  command: RunsCommand,
  io: Pick<CommandIo, "cwd">,
): Promise<string[]> {
  const named = given.some(folder => !existsSync(resolve(io.cwd, folder))) ? await itemsIn(io.cwd, ["runs"]) : [];
  const paths = [...new Set(given.map(folder => pathOf(folder, named, io.cwd)))];
  for (const path of paths) if (!existsSync(join(path, MANIFEST))) throw await noRun(path, command, io.cwd);
  return paths;
}

/** A folder, or that of the one run of this name. */
function pathOf(given: string, runs: readonly Item[], cwd: string): string {
  const path = resolve(cwd, given);
  const [only, ...others] = existsSync(path) ? [] : matching(given, runs, cwd);
  return only === undefined || others.length > 0 ? path : only.folder;
}

async function noRun(path: string, command: RunsCommand, cwd: string): Promise<LabelscopeError> {
  const shown = relative(cwd, path) || ".";
  const held = await runsIn(path);
  const facts = {folder: path};
  if (held.length > 0) {
    return new LabelscopeError({
      code: "no-run",
      message: `${shown} is no run, but holds ${held.length === 1 ? "one" : `${held.length} of them`}`,
      details: byTask(held).map(([task, names]) => `task ${task}: ${listed(names)}`),
      next: commandsFor(command, shown, held),
      facts: {...facts, runs: held.map(({name}) => name)},
    });
  }
  const beside = (await runsIn(dirname(path))).map(({name}) => name);
  const near = nearest(basename(path), beside, SHOWN);
  return new LabelscopeError({
    code: "no-run",
    message: existsSync(path) ? `${shown} is no run: it has no ${MANIFEST}` : `there is no ${shown}`,
    details: beside.length === 0 ? [] : [`runs beside it: ${listed(near.length > 0 ? near : beside)}`],
    next: "name a folder that labelscope run has made, e.g. runs/goemotions-smollm2-135m-instruct-1a2b3c4d",
    facts,
  });
}

/** A command a task; to merge, one for all the shards of a run. */
function commandsFor(command: RunsCommand, folder: string, held: readonly FoundRun[]): string[] {
  const groups = command === "merge" ? byShardedRun(held) : byTask(held);
  if (groups.length === 0)
    return ["merge joins what labelscope run --shard 1/n … n/n has made; none of these is a shard"];
  const all = held.map(({name}) => name);
  return groups.map(
    ([, names]) =>
      `labelscope ${command} ${patterns(names, all)
        .map(name => join(folder, name))
        .join(" ")}`,
  );
}

/** `NAME-*` where that means these names alone, else the names. */
function patterns(names: readonly string[], all: readonly string[]): string[] {
  const [first = ""] = names;
  const same = [...first].findIndex((letter, at) => names.some(name => name[at] !== letter));
  const start = first.slice(0, same === -1 ? first.length : first.lastIndexOf("-", same) + 1);
  const meant = all.filter(name => name.startsWith(start));
  return names.length > 1 && meant.length === names.length ? [`${start}*`] : [...names];
}

function byTask(held: readonly FoundRun[]): [task: string, names: string[]][] {
  return groups(held, ({manifest}) => manifest.task.id);
}

function byShardedRun(held: readonly FoundRun[]): [run: string, names: string[]][] {
  return groups(
    held.filter(({manifest}) => manifest.identity.shard !== undefined),
    ({name}) => name.replace(/-shard\d+of\d+$/, ""),
  );
}

function groups(held: readonly FoundRun[], of: (run: FoundRun) => string): [string, string[]][] {
  const found = new Map<string, string[]>();
  for (const run of held) found.set(of(run), [...(found.get(of(run)) ?? []), run.name]);
  return [...found];
}

function listed(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return more <= 1 ? names.join(", ") : `${names.slice(0, SHOWN).join(", ")} and ${more} more`;
}
