import {relative} from "node:path";
import {formatBytes} from "../catalog/format-bytes.ts";
import {alignColumns} from "../catalog/table.ts";
import {itemsIn, type Shelf, shelfNames, shelves} from "../shelf/shelf.ts";
import type {CommandIo, CommandResult} from "./command.ts";

/** `ls`: the runs, comparisons, studies and experiments of the working directory, the newest first. */
export async function lsCommand({shelf}: {readonly shelf?: Shelf | undefined}, io: CommandIo): Promise<CommandResult> {
  const items = await itemsIn(io.cwd, shelf === undefined ? shelfNames : [shelf]);
  const rows = items.map(item => [
    item.shelf,
    item.task,
    item.name,
    String(item.documents),
    item.finished ? "" : "not finished",
    formatBytes(item.sizeBytes),
    item.changed.toISOString().slice(0, 16).replace("T", " "),
    relative(io.cwd, item.folder),
  ]);
  const head = ["what", "task", "name", "documents", "", "size", "changed (UTC)", "folder"];
  const none = `nothing yet in ${(shelf === undefined ? shelfNames : [shelf]).map(name => `${shelves[name]}/`).join(", ")}\n`;
  return {
    data: {items: items.map(({changed, ...item}) => ({...item, changed: changed.toISOString()}))},
    text: items.length === 0 ? none : `${alignColumns([head, ...rows], [3, 5])}\n`,
  };
}
