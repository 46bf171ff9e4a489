import {basename} from "node:path";
import {LabelscopeError} from "../errors.ts";
import {type Catalog, findEntry, unknownModel} from "./catalog.ts";
import {requireParts} from "./gguf/model-files.ts";
import {namedPaths} from "./gguf/part-name.ts";
import {sha256File, sha256Files} from "./hash.ts";
import {findEmbedded, findInstalled, listInstalled} from "./installed.ts";
import {notPulled} from "./resolve.ts";

/** What hashing the file or files of one model said. `unknown`: nobody ever named its checksum, so there is nothing to compare. */
export interface Verified {
  readonly id: string;
  readonly path: string;
  readonly sha256: string;
  readonly expected?: string;
  /** Whether `models pull ID` would fetch it again. */
  readonly inCatalogue: boolean;
  readonly outcome: "same" | "different" | "unknown";
  /** Of a model in several files that differs: the names of those that do, where the pull recorded each. */
  readonly differentParts?: readonly string[];
}

export interface VerifyOptions {
  readonly home: string;
  readonly catalog: Catalog;
  readonly signal: AbortSignal;
  readonly onProgress?: (id: string, doneBytes: number, totalBytes: number) => void;
}

/**
 * Reads model files anew and compares their SHA-256 with the catalogue, else with the record of the pull.
 *
 * @param ids catalogue ids or names of pulled models; all embedded and pulled ones where it is empty
 * @throws `model-part-missing`, `model-not-pulled` and `model-unknown`; a different checksum is an outcome here (see `requireSame`)
 */
export async function verifyModels(ids: readonly string[], options: VerifyOptions): Promise<Verified[]> {
  const {catalog, home} = options;
  const results: Verified[] = [];
  for (const id of ids.length > 0 ? ids : await idsPresent(options)) {
    const installed = await findInstalled(home, id);
    const path = (await findEmbedded(catalog, id)) ?? installed?.path;
    const entry = findEntry(catalog, id);
    if (path === undefined) {
      if (entry !== undefined) throw notPulled([id]);
      throw unknownModel(id, [...catalog.models.map(model => model.id), ...(await idsPresent(options))]);
    }
    const expected = entry?.sha256 ?? installed?.record?.sha256;
    const onProgress = (done: number, total: number) => options.onProgress?.(id, done, total);
    const paths = namedPaths(path);
    requireParts(path, paths);
    const sha256 = await sha256Files(paths, {signal: options.signal, onProgress});
    const outcome = expected === undefined ? "unknown" : sha256 === expected ? "same" : "different";
    const inCatalogue = entry !== undefined;
    const parts =
      outcome === "different" ? await differentParts(paths, installed?.record?.parts ?? [], options.signal) : [];
    const which = parts.length === 0 ? {} : {differentParts: parts};
    results.push({id, path, sha256, inCatalogue, outcome, ...which, ...(expected === undefined ? {} : {expected})});
  }
  return results;
}

async function differentParts(
  paths: readonly string[],
  recorded: readonly {readonly file: string; readonly sha256: string}[],
  signal: AbortSignal,
): Promise<string[]> {
  const different: string[] = [];
  for (const path of paths) {
    const expected = recorded.find(part => part.file === basename(path))?.sha256;
    if (expected !== undefined && (await sha256File(path, {signal})) !== expected) different.push(basename(path));
  }
  return different;
}

/** @throws `checksum-mismatch`, naming every file that is not what it should be */
export function requireSame(results: readonly Verified[]): void {
  const different = results.filter(result => result.outcome === "different");
  if (different.length === 0) return;
  throw new LabelscopeError({
    code: "checksum-mismatch",
    message: `${different.length} of ${results.length} model files differ from what was recorded`,
    details: different.flatMap(({id, path, expected, sha256, differentParts}) => [
      `${id}  ${path}`,
      `  expected ${expected}`,
      `  found    ${sha256}`,
      ...(differentParts === undefined ? [] : [`  the files that differ: ${differentParts.join(", ")}`]),
    ]),
    next: different.map(({id, path, inCatalogue}) =>
      inCatalogue
        ? `labelscope models pull ${id} fetches it again`
        : `remove ${namedPaths(path).join(" ")} and pull it again`,
    ),
    facts: {models: different},
  });
}

async function idsPresent({catalog, home}: VerifyOptions): Promise<string[]> {
  const embedded: string[] = [];
  for (const model of catalog.models)
    if ((await findEmbedded(catalog, model.id)) !== undefined) embedded.push(model.id);
  const pulled = (await listInstalled(home)).map(model => model.id);
  return [...new Set([...embedded, ...pulled])];
}
