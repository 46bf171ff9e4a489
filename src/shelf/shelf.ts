import {readdir, readFile, stat} from "node:fs/promises";
import {join} from "node:path";
import {z} from "zod";
import {runNames} from "../compare/run-names.ts";
import type {Manifest} from "../records/manifest.ts";
import {readManifest} from "../store/manifest-file.ts";
import {TRACES} from "../store/trace-file.ts";

/** What labelscope makes, and the folder under the working directory that it makes it in. */
export const shelves = {
  runs: "runs",
  comparisons: "comparisons",
  studies: "studies",
  experiments: "experiments",
} as const;
export type Shelf = keyof typeof shelves;
export const shelfNames = ["runs", "comparisons", "studies", "experiments"] as const satisfies readonly Shelf[];

/** One thing that labelscope has made. */
export interface Item {
  readonly shelf: Shelf;
  /** What to call it as an argument: unique among the items of its shelf and task. */
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly task: string;
  /** When it was last written. */
  readonly changed: Date;
  readonly documents: number;
  /** A run that holds fewer documents than were planned is not finished; the others are written whole or not at all. */
  readonly finished: boolean;
  readonly sizeBytes: number;
}

const writtenSchema = z.object({task: z.object({id: z.string(), documents: z.int()})});

/** Everything on some shelves of a folder, the newest first. What is not labelscope's own, or cannot be read, is passed over. */
export async function itemsIn(cwd: string, wanted: readonly Shelf[] = shelfNames): Promise<Item[]> {
  const found: Item[][] = [];
  for (const shelf of wanted) {
    const place = join(cwd, shelves[shelf]);
    found.push(shelf === "runs" ? await runItems(place) : await writtenItems(place, shelf));
  }
  return found.flat().sort((one, other) => other.changed.getTime() - one.changed.getTime());
}

async function runItems(place: string): Promise<Item[]> {
  const found: {folder: string; manifest: Manifest}[] = [];
  for (const folder of await foldersIn(place)) {
    const manifest = await readManifest(folder).catch(() => undefined);
    if (manifest !== undefined) found.push({folder, manifest});
  }
  const items: Item[] = [];
  for (const task of new Set(found.map(({manifest}) => manifest.task.id))) {
    const own = found.filter(({manifest}) => manifest.task.id === task);
    const names = runNames(own.map(({manifest}) => manifest));
    for (const [at, {folder, manifest}] of own.entries()) {
      const planned = Object.values(manifest.planned ?? {}).reduce((sum, count) => sum + count, 0);
      const documents = await linesOf(join(folder, TRACES));
      items.push({
        shelf: "runs",
        name: names[at] ?? manifest.name,
        folder,
        task,
        documents,
        finished: documents >= planned,
        ...(await factsOf(folder)),
      });
    }
  }
  return items;
}

async function writtenItems(place: string, shelf: Shelf): Promise<Item[]> {
  const file = shelf === "experiments" ? "experiment.json" : "results.json";
  const items: Item[] = [];
  for (const folder of await foldersIn(place)) {
    const text = await readFile(join(folder, file), "utf8").catch(() => undefined);
    if (text === undefined) continue;
    const head = writtenSchema.safeParse(parsed(text));
    if (!head.success) continue;
    const {id: task, documents} = head.data.task;
    const name = folder.slice(place.length + 1);
    items.push({shelf, name, folder, task, documents, finished: true, ...(await factsOf(folder))});
  }
  return items;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function foldersIn(place: string): Promise<string[]> {
  const entries = await readdir(place, {withFileTypes: true}).catch(() => []);
  return entries.filter(entry => entry.isDirectory()).map(({name}) => join(place, name));
}

async function linesOf(path: string): Promise<number> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

async function factsOf(folder: string): Promise<{readonly sizeBytes: number; readonly changed: Date}> {
  let [sizeBytes, changed] = [0, new Date(0)];
  for (const entry of await readdir(folder, {recursive: true, withFileTypes: true})) {
    if (!entry.isFile()) continue;
    const facts = await stat(join(entry.parentPath, entry.name)).catch(() => undefined);
    if (facts === undefined) continue;
    sizeBytes += facts.size;
    if (facts.mtime > changed) changed = facts.mtime;
  }
  return {sizeBytes, changed};
}
