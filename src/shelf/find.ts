import {basename, relative, resolve} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {nearest} from "../nearest.ts";
import {type Item, itemsIn, type Shelf, shelfNames} from "./shelf.ts";

/** Names in a line of an error; more are counted. */
const SHOWN = 6;

/**
 * The item that somebody means by its folder, its folder's name, its name as `ls` shows it, or `TASK/NAME`.
 *
 * @throws `nothing-called` with near names; `several-called` with the folders that it may mean
 */
export async function findItem(given: string, cwd: string, wanted: readonly Shelf[] = shelfNames): Promise<Item> {
  const items = await itemsIn(cwd, wanted);
  const found = matching(given, items, cwd);
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  if (only === undefined) throw nothing(given, items, wanted);
  throw new LabelscopeError({
    code: "several-called",
    message: `"${given}" can mean ${found.length} of them`,
    details: found.map(({shelf, folder}) => `${shelf}: ${relative(cwd, folder)}`),
    next: "give the folder",
    facts: {given, folders: found.map(({folder}) => folder)},
  });
}

/** The items that a name can mean; those whose folder it is go before those of that name. */
export function matching(given: string, items: readonly Item[], cwd: string): Item[] {
  const byFolder = items.filter(({folder}) => folder === resolve(cwd, given) || basename(folder) === given);
  if (byFolder.length > 0) return byFolder;
  return items.filter(({name, task}) => name === given || `${task}/${name}` === given);
}

function nothing(given: string, items: readonly Item[], wanted: readonly Shelf[]): LabelscopeError {
  const names = [...new Set(items.map(({name}) => name))];
  const near = nearest(given, names, SHOWN);
  const shown = near.length > 0 ? near : names.slice(0, SHOWN);
  return new LabelscopeError({
    code: "nothing-called",
    message: `nothing here is called "${given}"`,
    details:
      shown.length === 0 ? [`there are no ${wanted.join(", ")} in this folder`] : [`there is: ${shown.join(", ")}`],
    next: "labelscope ls shows what there is, with names to give",
    facts: {given, known: names},
  });
}
