import {stat} from "node:fs/promises";
import {resolve} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {isPortableName} from "../portable-name.ts";
import type {CatalogEntry} from "../records/catalog.ts";
import {type Catalog, findEntry, unknownModel} from "./catalog.ts";
import type {Finding} from "./finding.ts";
import {findInLmStudio} from "./found/lm-studio.ts";
import {findInOllama} from "./found/ollama.ts";
import {modelStem} from "./gguf/part-name.ts";
import {labelscopeHome} from "./home.ts";
import {findOnHub} from "./hub/find.ts";
import {findEmbedded, findInstalled, listInstalled} from "./installed.ts";
import {readSpec} from "./spec.ts";

export interface ResolveOptions extends Finding {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly catalog: Catalog;
}

/** A model that can be loaded. `id` is made of characters that a folder name can have. */
export interface ResolvedModel {
  readonly id: string;
  readonly path: string;
  /** Absent for a file that was named by its path. */
  readonly entry?: CatalogEntry;
  readonly adapter?: ResolvedAdapter;
  /** Where exactly a file came from that another program's store holds; absent for one that was named by its path. */
  readonly origin?: string;
}

/** A LoRA on top of the model. A scale of 0 gives the model without it, 1 the adapter as it was trained. */
export interface ResolvedAdapter {
  readonly id: string;
  readonly path: string;
  readonly scale: number;
  readonly entry?: CatalogEntry;
}

/**
 * Finds the files that a model SPEC means: `MODEL[+ADAPTER[@SCALE]]`, each a catalogue id, the name of a pulled model,
 * a path to a GGUF file relative to `cwd`, or the name of one in another program's store: `hf:`, `ollama:`, `lmstudio:`.
 *
 * A path may contain `+` and `@`: a file that exists under the longer name wins. Nothing is opened here; what `hf:` names is
 * fetched where the hub's cache does not hold it.
 *
 * @throws `model-not-pulled` with the command that pulls it, `model-unknown` with near names, `model-missing` for a path
 *   without a file, `model-spec` for an empty part, `model-unsupported` and `adapter-is-model` for swapped places
 */
export async function resolveModel(spec: string, options: ResolveOptions): Promise<ResolvedModel> {
  const parts = await readSpec(spec, name => exists(name, options));
  const model = await resolveFile(parts.model, options);
  if (model.entry?.variant === "lora") throw misplaced(model.id, "model-unsupported");
  if (parts.adapter === undefined) return model;
  if (model.adapter !== undefined) throw twoAdapters(spec, model.adapter.id);
  const adapter = await resolveFile(parts.adapter.name, options);
  if (adapter.entry !== undefined && adapter.entry.variant !== "lora") throw misplaced(adapter.id, "adapter-is-model");
  const {scale} = parts.adapter;
  const id = `${model.id}+${adapter.id}${scale === 1 ? "" : `@${scale}`}`;
  return {...model, id, adapter: {...adapter, scale}};
}

/** Schemes of other programs' stores. Their names hold no `+`, so that what stands behind one is an adapter. */
const schemes = /^(hf|ollama|lmstudio):(.*)$/s;

async function exists(name: string, options: ResolveOptions): Promise<boolean> {
  if (schemes.test(name)) return !name.includes("+");
  if (findEntry(options.catalog, name) !== undefined) return true;
  if ((await findInstalled(labelscopeHome(options.env), name)) !== undefined) return true;
  return isFile(resolve(options.cwd, name));
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    facts => facts.isFile(),
    () => false,
  );
}

async function resolveFile(name: string, options: ResolveOptions): Promise<ResolvedModel> {
  const [, scheme, rest = ""] = schemes.exec(name) ?? [];
  switch (scheme) {
    case "hf": {
      const found = await findOnHub(name, options);
      return {id: slug(found.path), ...found};
    }
    case "ollama": {
      const {name: own, path, adapterPath, hasProjector} = await findInOllama(rest, options.env);
      if (hasProjector) options.notice?.(`${name}: its projector is not used, text alone is read`);
      const id = slug(own.replaceAll(":", "-"));
      const model = {id, path, origin: `ollama:${own}`};
      return adapterPath === undefined
        ? model
        : {...model, adapter: {id: `${id}-adapter`, path: adapterPath, scale: 1}};
    }
    case "lmstudio": {
      const found = await findInLmStudio(rest, options.env);
      return {id: slug(found.path), path: found.path, origin: `lmstudio:${found.name}`};
    }
  }
  const entry = findEntry(options.catalog, name);
  if (entry !== undefined) return {id: entry.id, path: await entryPath(entry, options), entry};
  const looksLikePath = /[\\/]|\.gguf$/i.test(name);
  const installed = looksLikePath ? undefined : await findInstalled(labelscopeHome(options.env), name);
  if (installed !== undefined) return {id: installed.id, path: installed.path};
  const path = resolve(options.cwd, name);
  if (await isFile(path)) return {id: slug(path), path};
  if (looksLikePath) throw missing(name, path);
  const pulled = await listInstalled(labelscopeHome(options.env));
  throw unknownModel(name, [...options.catalog.models.map(model => model.id), ...pulled.map(model => model.id)]);
}

async function entryPath(entry: CatalogEntry, options: ResolveOptions): Promise<string> {
  const embedded = await findEmbedded(options.catalog, entry.id);
  if (embedded !== undefined) return embedded;
  const installed = await findInstalled(labelscopeHome(options.env), entry.id);
  if (installed === undefined) throw notPulled([entry.id]);
  if (entry.sizeBytes !== undefined && installed.sizeBytes !== entry.sizeBytes) {
    throw new LabelscopeError({
      code: "model-damaged",
      message: `${installed.path} has ${installed.sizeBytes} bytes, expected ${entry.sizeBytes}`,
      next: `labelscope models pull ${entry.id} fetches it again`,
      facts: {id: entry.id, path: installed.path},
    });
  }
  return installed.path;
}

/** The error for models of the catalogue that must be fetched first. */
export function notPulled(ids: readonly string[]): LabelscopeError {
  return new LabelscopeError({
    code: "model-not-pulled",
    message: `${ids.join(", ")} ${ids.length === 1 ? "is" : "are"} known but not on this computer yet`,
    next: `labelscope models pull ${ids.join(" ")}`,
    facts: {ids},
  });
}

/** A file's name without its ending and part number, as every platform can have it for a folder; never empty. */
function slug(path: string): string {
  const name =
    modelStem(path)
      .replace(/[^A-Za-z0-9._-]+/g, "-")
      .replace(/^[.-]+|\.+$/g, "") || "model";
  return isPortableName(name) ? name : `model-${name}`;
}

function missing(name: string, path: string): LabelscopeError {
  return new LabelscopeError({
    code: "model-missing",
    message: `there is no file ${name}`,
    details: [`looked for ${path}`],
    next: ["check the path", "labelscope models list shows the models that have names"],
    facts: {name, path},
  });
}

function twoAdapters(spec: string, own: string): LabelscopeError {
  return new LabelscopeError({
    code: "two-adapters",
    message: `${spec}: the model comes with an adapter of its own, ${own}, and one adapter can be put on a model`,
    next: "give the model without one, or the model of which it was made",
    facts: {spec, own},
  });
}

function misplaced(id: string, code: "model-unsupported" | "adapter-is-model"): LabelscopeError {
  const message =
    code === "model-unsupported" ? `${id} is an adapter, not a model` : `${id} is a model, not an adapter`;
  return new LabelscopeError({code, message, next: "write MODEL+ADAPTER, with @SCALE if it is not 1", facts: {id}});
}
