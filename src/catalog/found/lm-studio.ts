import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {z} from "zod";
import {LabelscopeError} from "../../errors.ts";
import {nearest} from "../../nearest.ts";
import {ggufFilesIn} from "../hub/cached.ts";
import {userHome} from "../hub/places.ts";
import {chooseModel, modelsAmong, type OfferedModel} from "./offered.ts";

type Env = Readonly<Record<string, string | undefined>>;

const settingsSchema = z.object({downloadsFolder: z.string().min(1)});

/**
 * Where LM Studio may keep its models: `downloadsFolder` of its settings, else `models` in its folder. That is `~/.lmstudio`,
 * or what `~/.lmstudio-home-pointer` says, or, of versions before 0.3.5, `~/.cache/lm-studio`.
 */
async function modelFolders(env: Env): Promise<string[]> {
  const user = userHome(env);
  const pointed = (await readFile(join(user, ".lmstudio-home-pointer"), "utf8").catch(() => "")).trim();
  const homes = [...(pointed === "" ? [] : [pointed]), join(user, ".lmstudio"), join(user, ".cache", "lm-studio")];
  const folders = await Promise.all(
    homes.map(async home => [...(await namedFolder(join(home, "settings.json"))), join(home, "models")]),
  );
  return [...new Set(folders.flat())];
}

async function namedFolder(settings: string): Promise<string[]> {
  try {
    return [settingsSchema.parse(JSON.parse(await readFile(settings, "utf8"))).downloadsFolder];
  } catch {
    return []; // no settings, or none of this
  }
}

/** A model in LM Studio's folder; `name` as `lmstudio:` takes it. */
export interface LmStudioModel extends OfferedModel {
  readonly path: string;
}

/** The models in LM Studio's folders, by name. */
export async function listLmStudio(env: Env): Promise<LmStudioModel[]> {
  const found = new Map<string, LmStudioModel>();
  for (const folder of await modelFolders(env)) {
    for (const model of modelsAmong(await ggufFilesIn(folder))) {
      if (!found.has(model.name)) found.set(model.name, {...model, path: join(folder, model.files[0] ?? "")});
    }
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/**
 * Finds `lmstudio:PUBLISHER/NAME[:QUANT|:FILE]`; the file's path below the models folder does as well. Nothing is fetched.
 *
 * @throws `model-unknown` with near names, `model-choice` where several fit
 */
export async function findInLmStudio(name: string, env: Env): Promise<LmStudioModel> {
  const all = await listLmStudio(env);
  const exact = all.find(model => model.name === name.replace(/\.gguf$/i, "") || model.files.includes(name));
  if (exact !== undefined) return exact;
  const [, folder = "", choice] = /^([^:]+)(?::(.+))?$/.exec(name) ?? [];
  const here = all.filter(model => model.name.toLowerCase().startsWith(`${folder.toLowerCase()}/`));
  if (here.length > 0) {
    const chosen = chooseModel(here, {spec: `lmstudio:${name}`, choice});
    return here.find(model => model.name === chosen.name) ?? unknown(name, all, env);
  }
  return unknown(name, all, env);
}

async function unknown(name: string, all: readonly LmStudioModel[], env: Env): Promise<never> {
  const known = all.map(model => model.name);
  throw new LabelscopeError({
    code: "model-unknown",
    message: `LM Studio has no model "${name}"`,
    details: [`looked in ${(await modelFolders(env)).join(", ")}`],
    next:
      known.length === 0
        ? "load one in LM Studio, or give a GGUF file by its path"
        : `there are ${[...new Set([...nearest(name, known, 3), ...known])].slice(0, 5).join(", ")}`,
    facts: {name, known},
  });
}
