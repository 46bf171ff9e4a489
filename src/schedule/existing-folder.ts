import {existsSync} from "node:fs";
import {dirname} from "node:path";

/** A folder, or the nearest one above it that exists: whose disk it will be on. */
export function existingFolder(folder: string): string {
  let place = folder;
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place);
  return place;
}
