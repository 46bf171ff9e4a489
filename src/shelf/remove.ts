import {rename, rm} from "node:fs/promises";
import {join} from "node:path";
import {acquireLock} from "../catalog/lock.ts";
import {LOCK} from "../store/run-lock.ts";
import type {Item} from "./shelf.ts";

/**
 * Removes an item's folder. A run is locked first, so that none is taken from under a command that writes it; the folder
 * is renamed before its files go, so that a removal that is killed leaves nothing that looks like a run.
 *
 * @throws `run-locked` for a run that a command is writing
 */
export async function removeItem({shelf, folder}: Item): Promise<void> {
  if (shelf === "runs") {
    await using _lock = await acquireLock(join(folder, LOCK));
  }
  const aside = `${folder}.removed-${process.pid}`;
  await rename(folder, aside);
  await rm(aside, {recursive: true, force: true});
}
