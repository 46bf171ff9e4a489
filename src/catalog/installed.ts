import {readdir, readFile, stat} from "node:fs/promises";
import {join} from "node:path";
import {modelIdSchema, type PulledRecord, pulledRecordSchema} from "../records/catalog.ts";
import type {Catalog} from "./catalog.ts";
import {findEntry} from "./catalog.ts";
import {modelsFolder} from "./home.ts";

/** A model file in the cache. `record` is absent for one that was copied there by hand. */
export interface InstalledModel {
  readonly id: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly record?: PulledRecord;
}

/** The file of a pulled model; `undefined` for one that is not there, and for a name that is no model id. */
export async function findInstalled(home: string, id: string): Promise<InstalledModel | undefined> {
  if (!modelIdSchema.safeParse(id).success) return undefined;
  const path = join(modelsFolder(home), `${id}.gguf`);
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isFile() !== true) return undefined;
  const record = await readRecord(join(modelsFolder(home), `${id}.json`));
  return {id, path, sizeBytes: facts.size, ...(record === undefined ? {} : {record})};
}

/** All model files in the cache, by id. Empty where nothing was pulled yet. */
export async function listInstalled(home: string): Promise<InstalledModel[]> {
  const names = await readdir(modelsFolder(home)).catch(() => []);
  const found: InstalledModel[] = [];
  for (const name of names.filter(name => name.endsWith(".gguf")).sort()) {
    const model = await findInstalled(home, name.slice(0, -".gguf".length));
    if (model !== undefined) found.push(model);
  }
  return found;
}

/** The file of a catalogue model that ships with labelscope; `undefined` where none does or it is missing. */
export async function findEmbedded(catalog: Catalog, id: string): Promise<string | undefined> {
  for (const source of findEntry(catalog, id)?.sources ?? []) {
    if (source.kind !== "embedded") continue;
    const path = join(catalog.folder, source.path);
    const facts = await stat(path).catch(() => undefined);
    if (facts?.isFile() === true) return path;
  }
  return undefined;
}

async function readRecord(path: string): Promise<PulledRecord | undefined> {
  try {
    return pulledRecordSchema.safeParse(JSON.parse(await readFile(path, "utf8"))).data;
  } catch {
    return undefined; // Absent or broken: the file is then like one copied by hand.
  }
}
