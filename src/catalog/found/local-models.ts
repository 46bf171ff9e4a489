import {join} from "node:path";
import type {Catalog} from "../catalog.ts";
import {type GgufInfo, readGgufInfo} from "../gguf-info.ts";
import {labelscopeHome} from "../home.ts";
import {cachedRepositories} from "../hub/cached.ts";
import {findEmbedded, listInstalled} from "../installed.ts";
import {listLmStudio} from "./lm-studio.ts";
import {modelsAmong} from "./offered.ts";
import {listOllama} from "./ollama.ts";

/** A model file on this computer, by the SPEC that `--model` takes. */
export interface LocalModel {
  readonly spec: string;
  readonly store: "labelscope" | "hub" | "ollama" | "lmstudio";
  readonly path: string;
  /** What the file says of itself; absent where it cannot be read. */
  readonly info?: GgufInfo;
  /** Why it cannot. */
  readonly problem?: string;
}

/**
 * Every model file in labelscope's own folders and in the stores of other programs: the Hugging Face hub's cache, Ollama, LM Studio.
 * Headers are read, weights are not.
 */
export async function localModels(
  catalog: Catalog,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LocalModel[]> {
  const found: Omit<LocalModel, "info" | "problem">[] = [];
  for (const {id} of catalog.models) {
    const path = await findEmbedded(catalog, id);
    if (path !== undefined) found.push({spec: id, store: "labelscope", path});
  }
  for (const {id, path} of await listInstalled(labelscopeHome(env))) {
    if (!found.some(({spec}) => spec === id)) found.push({spec: id, store: "labelscope", path});
  }
  for (const {repo, snapshot} of await cachedRepositories(env)) {
    const models = modelsAmong(snapshot.files).filter(({missing}) => missing.length === 0);
    for (const {files} of models) {
      const [first = ""] = files;
      found.push({
        spec: models.length === 1 ? `hf:${repo}` : `hf:${repo}:${first}`,
        store: "hub",
        path: join(snapshot.folder, first),
      });
    }
  }
  for (const {name, path} of await listOllama(env)) found.push({spec: `ollama:${name}`, store: "ollama", path});
  for (const {name, path} of await listLmStudio(env)) found.push({spec: `lmstudio:${name}`, store: "lmstudio", path});
  return await Promise.all(found.map(async model => ({...model, ...(await about(model.path))})));
}

async function about(path: string): Promise<Pick<LocalModel, "info" | "problem">> {
  try {
    return {info: await readGgufInfo(path)};
  } catch (error) {
    return {problem: error instanceof Error ? error.message : String(error)};
  }
}
