import {readdir, readFile, stat} from "node:fs/promises";
import {join, relative, sep} from "node:path";
import {z} from "zod";
import {LabelscopeError} from "../../errors.ts";
import {nearest} from "../../nearest.ts";
import {userHome} from "../hub/places.ts";

type Env = Readonly<Record<string, string | undefined>>;

const manifestSchema = z.object({
  layers: z.array(z.object({mediaType: z.string(), digest: z.string().regex(/^sha256:[0-9a-f]{64}$/)})),
});

/** The files of a model in Ollama's store. */
export interface OllamaModel {
  /** As Ollama writes it: `NAME:TAG`, with whatever stands before it where it is not of its own library. */
  readonly name: string;
  readonly path: string;
  /** A LoRA that the model was made with. */
  readonly adapterPath?: string;
  readonly hasProjector: boolean;
}

const REGISTRY = "registry.ollama.ai";

/** Where Ollama may keep its models: `OLLAMA_MODELS` alone, else the user's own folder, then that of its service on Linux. */
function stores(env: Env): string[] {
  if (env.OLLAMA_MODELS) return [env.OLLAMA_MODELS];
  return [join(userHome(env), ".ollama", "models"), "/usr/share/ollama/.ollama/models"];
}

/**
 * Finds `ollama:NAME[:TAG]`; a tag that is left out is `latest`, as with Ollama itself. Nothing is fetched.
 *
 * @throws `model-unknown` with near names, `model-missing` for a file that is gone, `model-unsupported` for a model that is not
 *   one GGUF file
 */
export async function findInOllama(name: string, env: Env): Promise<OllamaModel> {
  const parts = nameParts(name);
  if (parts !== undefined) {
    for (const store of stores(env)) {
      const text = await readFile(join(store, "manifests", ...parts), "utf8").catch(() => undefined);
      if (text !== undefined) return await readManifest(shortName(parts), text, store);
    }
  }
  const all = (await listOllama(env)).map(model => model.name);
  throw new LabelscopeError({
    code: "model-unknown",
    message: `Ollama has no model "${name}"`,
    details: [`looked in ${stores(env).join(", ")}`],
    next:
      all.length === 0
        ? "ollama pull NAME fetches one; OLLAMA_MODELS says where they are"
        : `ollama pull ${name} fetches it; there are ${[...new Set([...nearest(name, all, 3), ...all])].slice(0, 5).join(", ")}`,
    facts: {name, known: all},
  });
}

/** The models of the store that can be read, by name. */
export async function listOllama(env: Env): Promise<OllamaModel[]> {
  const found = new Map<string, OllamaModel>();
  for (const store of stores(env)) {
    const root = join(store, "manifests");
    const entries = await readdir(root, {recursive: true, withFileTypes: true}).catch(() => []);
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const parts = relative(root, path).split(sep);
      const name = shortName(parts);
      if (parts.length < 3 || found.has(name)) continue;
      try {
        found.set(name, await readManifest(name, await readFile(path, "utf8"), store));
      } catch {
        // A list shows what can be used; whoever names the model is told why it cannot.
      }
    }
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** `llama3.2` → host, namespace, name and tag, as the folders of a store; `undefined` for what is no name. */
function nameParts(name: string): string[] | undefined {
  const [, path = "", tag = "latest"] = /^(.*?)(?::([^:/]+))?$/.exec(name) ?? [];
  const parts = path.split("/");
  if (![...parts, tag].every(part => /^[A-Za-z0-9_][\w.:-]*$/.test(part))) return undefined;
  if (parts.length === 1) return [REGISTRY, "library", ...parts, tag];
  return [...(parts.length === 2 ? [REGISTRY] : []), ...parts, tag];
}

function shortName(parts: readonly string[]): string {
  const tag = parts.at(-1) ?? "";
  const path = parts.slice(0, -1).join("/");
  return `${path.replace(`${REGISTRY}/library/`, "").replace(`${REGISTRY}/`, "")}:${tag}`;
}

async function readManifest(name: string, text: string, store: string): Promise<OllamaModel> {
  const layers = readLayers(text);
  const ofKind = (kind: string) => layers.filter(({mediaType}) => mediaType === `application/vnd.ollama.image.${kind}`);
  const [model, ...more] = ofKind("model");
  const adapters = ofKind("adapter");
  if (model === undefined || more.length > 0 || adapters.length > 1)
    throw notOneFile(name, model === undefined ? "it has no GGUF file" : "it is made of several files");
  const blobOf = async ({digest}: {readonly digest: string}) => {
    const path = join(store, "blobs", digest.replace(":", "-"));
    if ((await stat(path).catch(() => undefined))?.isFile() === true) return path;
    throw new LabelscopeError({
      code: "model-missing",
      message: `Ollama's model ${name} has lost its file`,
      details: [`looked for ${path}`],
      next: `ollama pull ${name} fetches it again`,
      facts: {name, path},
    });
  };
  const [adapter] = adapters;
  return {
    name,
    path: await blobOf(model),
    ...(adapter === undefined ? {} : {adapterPath: await blobOf(adapter)}),
    hasProjector: ofKind("projector").length > 0,
  };
}

function readLayers(text: string): z.infer<typeof manifestSchema>["layers"] {
  try {
    return manifestSchema.parse(JSON.parse(text)).layers;
  } catch {
    return []; // not a manifest of a model
  }
}

function notOneFile(name: string, reason: string): LabelscopeError {
  return new LabelscopeError({
    code: "model-unsupported",
    message: `Ollama's model ${name} cannot be read: ${reason}`,
    next: "give a GGUF file of the model, by its path or as hf:OWNER/NAME:QUANT",
    facts: {name},
  });
}
