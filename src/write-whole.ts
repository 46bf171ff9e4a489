import {createHash} from "node:crypto";
import {open, readdir, rename, rm} from "node:fs/promises";
import {hostname} from "node:os";
import {join} from "node:path";
import {endOf, ownMark} from "./process-mark.ts";

/** A draft's name: the file's, then the computer, the process and its start. */
const DRAFT = /\.(?:(?<host>[0-9a-f]{8})-)?(?<pid>\d+)(?:-(?<start>\w+))?\.draft$/;

/** Where a file of this process is written before it takes its place. */
export async function draftOf(path: string): Promise<string> {
  const {pid, start} = await ownMark();
  return `${path}.${hostMark()}-${pid}${start === undefined ? "" : `-${start}`}.draft`;
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
    if (!name.endsWith(".draft") || !(whose === "all" || (await isDead(name)))) continue;
    await rm(join(folder, name), {force: true}).catch(() => {});
  }
}

async function isDead(name: string): Promise<boolean> {
  const {host, pid, start} = DRAFT.exec(name)?.groups ?? {};
  if (pid === undefined || (host !== undefined && host !== hostMark())) return false;
  return (await endOf({pid: Number(pid), start})) !== undefined;
}

function hostMark(): string {
  return createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
}
