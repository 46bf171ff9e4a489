import {relative} from "node:path";
import {formatBytes} from "../catalog/format-bytes.ts";
import {counted} from "../counted.ts";
import {LabelscopeError} from "../errors.ts";
import {findItem} from "../shelf/find.ts";
import {removeItem} from "../shelf/remove.ts";
import {type Item, itemsIn} from "../shelf/shelf.ts";
import type {CommandIo, CommandResult} from "./command.ts";

export interface RmOptions {
  readonly names: readonly string[];
  /** Everything that was not written for so many days. */
  readonly olderThan?: number | undefined;
  /** Do not ask. */
  readonly yes: boolean;
}

const DAY = 24 * 60 * 60 * 1000;

/** `rm`: removes runs, comparisons, studies and experiments, after asking. */
export async function rmCommand({names, olderThan, yes}: RmOptions, io: CommandIo): Promise<CommandResult> {
  if (names.length === 0 && olderThan === undefined) {
    throw new LabelscopeError({
      code: "usage",
      message: "rm needs to be told what to remove",
      next: ["labelscope rm NAME …, with names as labelscope ls shows them", "or --older-than DAYS"],
    });
  }
  const chosen = await chosenItems(names, olderThan, io.cwd);
  if (chosen.length === 0) return {data: {removed: []}, text: "nothing is that old\n"};
  const lines = chosen.map(
    ({shelf, folder, sizeBytes}) => `${shelf}: ${relative(io.cwd, folder)}, ${formatBytes(sizeBytes)}`,
  );
  const total = formatBytes(chosen.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0));
  if (!yes && !(await confirmed(`${lines.join("\n")}\nremove ${counted(chosen.length, "folder")}, ${total}?`, io))) {
    return {data: {removed: []}, text: "nothing was removed\n"};
  }
  for (const item of chosen) await removeItem(item);
  const removed = chosen.map(({folder}) => folder);
  return {data: {removed}, text: `removed ${counted(removed.length, "folder")}, ${total}\n`};
}

async function chosenItems(names: readonly string[], olderThan: number | undefined, cwd: string): Promise<Item[]> {
  const old = (item: Item) => olderThan === undefined || Date.now() - item.changed.getTime() > olderThan * DAY;
  const named = names.length === 0 ? await itemsIn(cwd) : await Promise.all(names.map(name => findItem(name, cwd)));
  return [...new Map(named.filter(old).map(item => [item.folder, item])).values()];
}

async function confirmed(question: string, {ask}: CommandIo): Promise<boolean> {
  if (ask !== undefined) return await ask(question);
  throw new LabelscopeError({
    code: "not-confirmed",
    message: "rm asks before it removes anything, and there is no terminal to ask on",
    details: question.split("\n"),
    next: "the same command with --yes",
  });
}
