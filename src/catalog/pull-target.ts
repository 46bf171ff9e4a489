import {LabelscopeError} from "../errors.ts";
import {
  type CatalogEntry,
  type ModelSource,
  modelIdSchema,
  modelSourceSchema,
  sha256Schema,
} from "../records/catalog.ts";
import {type Catalog, findEntry, unknownModel} from "./catalog.ts";
import {modelStem} from "./gguf/part-name.ts";

/** What to pull, and under which name. */
export interface PullTarget {
  readonly id: string;
  readonly sources: readonly ModelSource[];
  readonly sha256?: string;
  readonly sizeBytes?: number;
  readonly entry?: CatalogEntry;
}

/**
 * Reads what `models pull` was given: a catalogue id, `hf:OWNER/NAME[@REVISION]/FILE.gguf`, or an http(s) address. A model
 * in several files is named by the first one.
 *
 * @param options.id the name for something that is not in the catalogue; by default made from the file's name
 * @param options.sha256 the checksum that its bytes must have, 64 hex digits
 * @throws `model-unknown` with near names, `model-spec` for a malformed address, name or checksum, `model-id-taken`
 *   where the name belongs to another model of the catalogue
 */
export function pullTarget(spec: string, catalog: Catalog, options: {id?: string; sha256?: string} = {}): PullTarget {
  const source = parseSource(spec);
  if (source === undefined) {
    const entry = findEntry(catalog, spec);
    if (entry === undefined) {
      throw unknownModel(
        spec,
        catalog.models.map(model => model.id),
      );
    }
    if (options.id !== undefined || options.sha256 !== undefined) {
      throw specError(spec, "--id and --sha256 are for hf: and https: addresses; the catalogue has its own");
    }
    const {id, sources, sha256, sizeBytes} = entry;
    return {
      id,
      sources,
      entry,
      ...(sha256 === undefined ? {} : {sha256}),
      ...(sizeBytes === undefined ? {} : {sizeBytes}),
    };
  }
  const id = options.id ?? idFrom(spec);
  const named = modelIdSchema.safeParse(id);
  if (!named.success) {
    const why = named.error.issues.map(issue => issue.message).join("; ");
    throw specError(spec, `"${id}" cannot be a model id (${why}); give one with --id NAME`);
  }
  if (findEntry(catalog, id) !== undefined) {
    throw new LabelscopeError({
      code: "model-id-taken",
      message: `the name "${id}" belongs to a model of the catalogue`,
      next: [`labelscope models pull ${id} for that one`, `or another name for yours: --id ${id}-2`],
      facts: {id},
    });
  }
  if (options.sha256 === undefined) return {id, sources: [source]};
  const sha256 = sha256Schema.safeParse(options.sha256.toLowerCase());
  if (!sha256.success) throw specError(spec, "--sha256 takes 64 hex digits");
  return {id, sources: [source], sha256: sha256.data};
}

function parseSource(spec: string): ModelSource | undefined {
  if (/^https?:\/\//i.test(spec)) return checkedSource(spec, {kind: "url", url: spec});
  if (!spec.startsWith("hf:")) return undefined;
  const parts = /^hf:([^/@]+\/[^/@]+)(?:@([^/]+))?\/(.+)$/.exec(spec);
  if (parts === null) throw specError(spec, "an hf address is written hf:OWNER/NAME/FILE.gguf");
  const [, repo, revision, file] = parts;
  return checkedSource(spec, {kind: "hf", repo, file, ...(revision === undefined ? {} : {revision})});
}

function checkedSource(spec: string, source: unknown): ModelSource {
  const parsed = modelSourceSchema.safeParse(source);
  if (parsed.success) return parsed.data;
  throw specError(spec, parsed.error.issues.map(issue => issue.message).join("; "));
}

function idFrom(spec: string): string {
  const path = /^https?:/i.test(spec) ? new URL(spec).pathname : spec;
  return modelStem(path)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-");
}

function specError(spec: string, reason: string): LabelscopeError {
  return new LabelscopeError({
    code: "model-spec",
    message: `"${spec}": ${reason}`,
    next: [
      "labelscope models pull ID",
      "or hf:OWNER/NAME/FILE.gguf, or https://HOST/FILE.gguf, with --id NAME and --sha256 HEX",
    ],
    facts: {spec},
  });
}
