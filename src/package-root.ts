import {existsSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

/**
 * The folder that holds package.json, models/ and the sources that are compiled or read at run time. Searched for from here
 * upwards, since this file is in `src/`, in `dist/` or a part of a bundle.
 */
export const packageRoot: string = rootAbove(dirname(fileURLToPath(import.meta.url)));

function rootAbove(folder: string): string {
  if (existsSync(join(folder, "package.json"))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error("labelscope's package.json is not above its program");
  return rootAbove(parent);
}
