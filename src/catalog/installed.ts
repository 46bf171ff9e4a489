import {readdir, readFile, stat} from "node:fs/promises";
import {join} from "node:path";
import {modelIdSchema, type PulledRecord, pulledRecordSchema} from "../records/catalog.ts";
import type {Catalog} from "./catalog.ts";
import {findEntry} from "./catalog.ts";
import {modelStem, namedPaths, readPartName} from "./gguf/part-name.ts";
import {modelsFolder} from "./home.ts";

/** A model in the cache; `path` is its file, or the first of several, `sizeBytes` that of all. `record` is absent for one that was copied there by hand. */
export interface InstalledModel {
  readonly id: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly record?: PulledRecord;
}

/** The file of a pulled model; `undefined` for one that is not there, and for a name that is no model id. */
export async function findInstalled(home: string, id: string): Promise<InstalledModel | undefined> {
  if (!modelIdSchema.safeParse(id).success) return undefined;
  const path = await firstFile(modelsFolder(home), id);
  if (path === undefined) return undefined;
  const sizeBytes = await sizeOfAll(path);
  const record = await readRecord(join(modelsFolder(home), `${id}.json`));
  return {id, path, sizeBytes, ...(record === undefined ? {} : {record})};
}

/** All model files in the cache, by id. Empty where nothing was pulled yet. */
export async function listInstalled(home: string): Promise<InstalledModel[]> {
  const names = await readdir(modelsFolder(home)).catch(() => []);
  const found: InstalledModel[] = [];
  for (const id of [
    ...new Set(
      names
        .filter(name => name.endsWith(".gguf"))
        .sort()
        .map(modelStem),
    ),
  ]) {
    const model = await findInstalled(home, id);
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

/** `ID.gguf`, or the first part of a model in several files. */
async function firstFile(folder: string, id: string): Promise<string | undefined> {
  const isThere = async (name: string) => (await stat(join(folder, name)).catch(() => undefined))?.isFile() === true;
  if (await isThere(`${id}.gguf`)) return join(folder, `${id}.gguf`);
  const names = await readdir(folder).catch(() => []);
  const first = names.find(name => {
    const part = readPartName(name);
    return part?.stem === id && part.number === 1;
  });
  return first === undefined ? undefined : join(folder, first);
}

/** Bytes of a model's files that are there; a missing part is named by whoever opens the model. */
async function sizeOfAll(path: string): Promise<number> {
  const sizes = await Promise.all(
    namedPaths(path).map(part =>
      stat(part).then(
        facts => facts.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

async function readRecord(path: string): Promise<PulledRecord | undefined> {
  try {
    return pulledRecordSchema.safeParse(JSON.parse(await readFile(path, "utf8"))).data;
  } catch {
    return undefined; // Absent or broken: the file is then like one copied by hand.
  }
}
