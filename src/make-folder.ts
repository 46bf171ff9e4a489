import {mkdir, stat} from "node:fs/promises";
import {dirname} from "node:path";

/**
 * Makes a folder and those above it that are missing, one by one: Node's own recursive `mkdir` never returns where the
 * file system answers ENOENT for a folder whose parent is there, as /proc does.
 *
 * @throws what `mkdir` throws, EEXIST where a file stands in the way
 */
export async function makeFolder(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory()) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolder(parent);
  await mkdir(path).catch(async error => {
    // Another process may have made it meanwhile.
    const made = await stat(path).catch(() => undefined);
    if (!made?.isDirectory()) throw error;
  });
}
