import {rename, rm} from "node:fs/promises";
import {lockRun} from "../store/run-lock.ts";
import type {Item} from "./shelf.ts";

/**
 * Removes an item's folder. A run is locked while it is moved aside, so that none is taken from under a command that
 * writes it; the files go after that, so that a removal that is killed leaves nothing that looks like a run.
 *
 * @throws `run-locked` for a run that a command is writing
 */
export async function removeItem({shelf, folder}: Item): Promise<void> {
  const aside = `${folder}.removed-${process.pid}`;
  if (shelf === "runs") {
    await using _lock = await lockRun(folder, () => {});
    await rename(folder, aside);
  } else await rename(folder, aside);
  await rm(aside, {recursive: true, force: true});
}
