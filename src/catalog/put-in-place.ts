import {open, readdir, rename, rm, stat, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {LabelscopeError} from "../errors.ts";
import type {PulledRecord} from "../records/catalog.ts";
import type {ArrivedFile} from "./fetch-files.ts";
import {readModelParts} from "./gguf/model-files.ts";
import {modelStem, partFile} from "./gguf/part-name.ts";
import {modelsFolder} from "./home.ts";
import type {Lock} from "./lock.ts";
import {discard} from "./partial.ts";
import {notWhole} from "./pull-errors.ts";
import type {PullTarget} from "./pull-target.ts";

/**
 * Gives the files of a model their names in the cache, with the record of the pull beside them. The first file, by which a
 * model is found, comes last: a pull that ends in between leaves no half model. Files of the model under other names, such
 * as those of another number of parts, are removed.
 *
 * @param sha256 of all files in order
 * @throws `model-part-foreign` and `model-damaged` for files that are not one model, `model-locked`
 */
export async function putInPlace(
  target: PullTarget,
  files: readonly ArrivedFile[],
  sha256: string,
  work: {
    readonly home: string;
    readonly work: string;
    readonly lock: Lock;
    readonly onNotice?: (line: string) => void;
  },
): Promise<{id: string; path: string; state: "pulled"; record: PulledRecord}> {
  const {id} = target;
  const folder = modelsFolder(work.home);
  const paths = files.map((_, index) =>
    join(folder, files.length === 1 ? `${id}.gguf` : partFile(id, index + 1, files.length)),
  );
  await requireOneModel(files);
  const record = recordOf(target, files, sha256, paths);
  if (!(await work.lock.isHeld())) throw lockLost(id);
  const draft = join(work.work, `${id}.json`);
  await writeFile(draft, `${JSON.stringify(record, null, 2)}\n`, {flush: true});
  await removeOthers(folder, id, paths);
  await rename(draft, join(folder, `${id}.json`));
  for (const [index, {file}] of [...files.entries()].reverse()) {
    await rename(file.path, paths[index] ?? join(folder, `${id}.gguf`));
    await discard(file);
  }
  await syncFolder(folder);
  if (record.checkedAgainst === "nobody") work.onNotice?.(`${id}: no checksum was known; what arrived is ${sha256}`);
  return {id, path: paths[0] ?? folder, state: "pulled", record};
}

async function requireOneModel(files: readonly ArrivedFile[]): Promise<void> {
  const [first, ...rest] = files.map(({file}) => file.path);
  if (first === undefined || rest.length === 0) return;
  try {
    readModelParts([first, ...rest]);
  } catch (error) {
    for (const {file} of files) await discard(file);
    throw error instanceof LabelscopeError ? notWhole(files[0]?.fetched.origin ?? first, error) : error;
  }
}

function recordOf(
  target: PullTarget,
  files: readonly ArrivedFile[],
  sha256: string,
  paths: readonly string[],
): PulledRecord {
  const bySource = files.every(({fetched}) => fetched.sha256 !== undefined) ? "source" : "nobody";
  const parts = files.map(({sha256, sizeBytes}, index) => ({file: basename(paths[index] ?? ""), sha256, sizeBytes}));
  return {
    version: 1,
    id: target.id,
    sha256,
    sizeBytes: files.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0),
    source: files[0]?.fetched.origin ?? "",
    checkedAgainst: target.sha256 === undefined ? bySource : target.entry === undefined ? "given" : "catalogue",
    pulledAt: new Date().toISOString(),
    ...(parts.length > 1 ? {parts} : {}),
  };
}

async function removeOthers(folder: string, id: string, keep: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (!/\.gguf$/i.test(name) || modelStem(name) !== id || keep.includes(path)) continue;
    if ((await stat(path)).isFile()) await rm(path);
  }
}

function lockLost(id: string): LabelscopeError {
  return new LabelscopeError({
    code: "model-locked",
    message: `the lock of ${id} was taken away while it was pulled`,
    next: "repeat the command when no other pull of this model runs",
    facts: {id},
  });
}

/** Makes a rename last through a power cut, where the platform can. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, "r");
    await handle.sync();
  } catch {
    // Windows cannot open folders; the rename itself is still atomic.
  }
}
