import {readFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {z} from "zod";
import {LabelscopeError} from "../errors.ts";
import {nearest} from "../nearest.ts";
import {packageRoot} from "../package-root.ts";
import {type CatalogEntry, catalogSchema} from "../records/catalog.ts";

/** The known models, and the folder that embedded paths are relative to. */
export interface Catalog {
  readonly models: readonly CatalogEntry[];
  readonly folder: string;
}

/** The catalogue that ships with labelscope: the same place seen from `src/catalog` and from `dist/catalog`. */
const shippedCatalogPath = join(packageRoot, "models", "catalog.json");

/**
 * Reads and checks a catalogue.
 *
 * @throws `catalog-unreadable` for a missing file or broken JSON, `catalog-invalid` with the place of each fault
 */
export async function loadCatalog(path: string = shippedCatalogPath): Promise<Catalog> {
  let content: unknown;
  try {
    content = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new LabelscopeError({
      code: "catalog-unreadable",
      message: `cannot read the model catalogue ${path}`,
      details: [cause instanceof Error ? cause.message : String(cause)],
      next: "reinstall labelscope, or restore models/catalog.json",
      cause,
    });
  }
  const parsed = catalogSchema.safeParse(content);
  if (!parsed.success) {
    throw new LabelscopeError({
      code: "catalog-invalid",
      message: `${path} is not a valid model catalogue`,
      details: z.prettifyError(parsed.error).split("\n"),
      next: "correct the entries named above",
    });
  }
  return {models: parsed.data.models, folder: dirname(path)};
}

/** The entry with this id, or `undefined`. */
export function findEntry(catalog: Catalog, id: string): CatalogEntry | undefined {
  return catalog.models.find(model => model.id === id);
}

/** The error for a name that is neither in the catalogue nor among the pulled models, with the nearest that are. */
export function unknownModel(given: string, known: readonly string[]): LabelscopeError {
  const near = nearest(given, known, 5);
  return new LabelscopeError({
    code: "model-unknown",
    message: `no model is called "${given}"`,
    details: near.length === 0 ? [] : [`near: ${near.join(", ")}`],
    next: ["labelscope models list shows them all", "a file is named by its path: path/to/model.gguf"],
    facts: {given, near},
  });
}
