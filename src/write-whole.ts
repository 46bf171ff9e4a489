import {open, readdir, rename, rm} from "node:fs/promises";
import {join} from "node:path";
import {isOfTheDead, ownerMark} from "./owner-mark.ts";

/** A draft's name: the file's, then the mark of the process that writes it. */
const DRAFT = /\.(?<mark>[\w-]+)\.draft$/;

/** Where a file of this process is written before it takes its place. */
export async function draftOf(path: string): Promise<string> {
  return `${path}.${await ownerMark()}.draft`;
}

/**
 * Writes a file whole or not at all: beside its place, onto the disk, and then in one step into it. A reader sees the old
 * file or the whole new one, also after a power cut.
 *
 * @throws what the file system throws; the draft is then gone
 */
export async function writeWhole(path: string, content: string | Uint8Array | Iterable<string>): Promise<void> {
  const draft = await draftOf(path);
  try {
    const file = await open(draft, "w");
    try {
      if (typeof content === "string" || content instanceof Uint8Array) await file.writeFile(content);
      else for (const piece of inPieces(content)) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, {force: true}).catch(() => {});
    throw error;
  }
}

/** Lines come one by one, and each piece is a call to the file system. */
function* inPieces(texts: Iterable<string>): Generator<string> {
  let piece = "";
  for (const text of texts) {
    piece += text;
    if (piece.length < 1 << 16) continue;
    yield piece;
    piece = "";
  }
  yield piece;
}

/**
 * Removes what killed commands left half-written in a folder.
 *
 * @param whose `all` for a folder that this process alone writes to; `dead` leaves drafts of living processes and of other
 *   computers
 */
export async function removeDrafts(folder: string, whose: "all" | "dead"): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.endsWith(".draft")) continue;
    if (whose === "dead" && !(await isOfTheDead(DRAFT.exec(name)?.groups?.mark ?? ""))) continue;
    await rm(join(folder, name), {force: true}).catch(() => {});
  }
}
