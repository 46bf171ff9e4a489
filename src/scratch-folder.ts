import {mkdtemp, readdir, rm} from "node:fs/promises";
import {join} from "node:path";
import {isOfTheDead, ownerMark} from "./owner-mark.ts";

/**
 * A folder of this process alone, which goes when it is disposed of. What killed processes left of the same kind in the same
 * place is removed first.
 *
 * @param parent is there, and may be shared: the system's folder for temporary files
 * @param kind what it is for; begins its name
 * @throws what the file system throws
 * @example await using scratch = await scratchFolder(tmpdir(), "labelscope-import"); await writeFile(join(scratch.path, "a"), "");
 */
export async function scratchFolder(parent: string, kind: string): Promise<AsyncDisposable & {readonly path: string}> {
  await removeScratch(parent, kind);
  const path = await mkdtemp(join(parent, `${kind}.${await ownerMark()}.`));
  // It may have been moved to its place meanwhile.
  return {path, [Symbol.asyncDispose]: async () => await rm(path, {recursive: true, force: true})};
}

/** Folders of other users cannot be removed, and stay. */
async function removeScratch(parent: string, kind: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const [first, mark = ""] = name.split(".");
    if (first === kind && (await isOfTheDead(mark)))
      await rm(join(parent, name), {recursive: true, force: true}).catch(() => {});
  }
}
