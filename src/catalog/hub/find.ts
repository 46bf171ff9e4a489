import {createHash} from "node:crypto";
import {createReadStream} from "node:fs";
import {mkdir, rename, rm, stat, symlink, writeFile} from "node:fs/promises";
import {dirname, join, relative} from "node:path";
import {LabelscopeError} from "../../errors.ts";
import {makeFolder} from "../../make-folder.ts";
import {download} from "../download.ts";
import type {Finding} from "../finding.ts";
import {chooseModel, modelsAmong} from "../found/offered.ts";
import {sha256File} from "../hash.ts";
import {acquireLock} from "../lock.ts";
import {discard} from "../partial.ts";
import {beyondMaxSize} from "../size-limit.ts";
import {type HubAddress, readHubAddress} from "./address.ts";
import {cachedSnapshot, type Snapshot} from "./cached.ts";
import {type HubClient, type HubFile, hubRefusal, listRepository} from "./listing.ts";
import {hubEndpoint, hubSecret, isOffline, repositoryFolder} from "./places.ts";

export interface HubOptions extends Finding {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ask the hub for the revision anew even where the cache answers. */
  readonly renew?: boolean;
  /** The most that may be fetched for the model, all its files together. */
  readonly maxBytes?: number;
  readonly retryDelaysMs?: readonly number[];
}

/** A model in the hub's cache. */
export interface HubModel {
  /** Its file, or the first of several. */
  readonly path: string;
  /** Where exactly it came from: `hf:OWNER/NAME@COMMIT:FILE`. */
  readonly origin: string;
}

/**
 * The files of a model on the Hugging Face hub, in the cache that all programs of the hub share: found there, else fetched.
 *
 * What the cache holds is used without asking the hub, so that a model stays the same until somebody renews it. What is
 * fetched is held to the hub's own checksum before it is put in place; interrupted downloads are continued.
 *
 * @throws `model-spec`, `model-choice`, `hub-offline` where nothing is there and the hub must not be asked, `checksum-mismatch`,
 *   `source-too-big`, and what `listRepository` and `download` throw
 */
export async function findOnHub(spec: string, options: HubOptions): Promise<HubModel> {
  const address = readHubAddress(spec);
  const {env} = options;
  const cached = await cachedSnapshot(address, env);
  const offline = isOffline(env);
  if (cached !== undefined && (options.renew !== true || offline)) {
    const found = fromCache(address, cached, {spec, mustBeThere: offline});
    if (found !== undefined) return found;
  }
  if (offline) throw offlineWithout(spec, address);
  const client: HubClient = {
    endpoint: hubEndpoint(env),
    secret: await hubSecret(env),
    signal: options.signal ?? new AbortController().signal,
    ...(options.retryDelaysMs === undefined ? {} : {retryDelaysMs: options.retryDelaysMs}),
  };
  return await fromHub(address, spec, client, options);
}

/** The model of a snapshot, whole; `undefined` where it has to be asked for, unless it must be there. */
function fromCache(
  address: HubAddress,
  snapshot: Snapshot,
  {spec, mustBeThere}: {readonly spec: string; readonly mustBeThere: boolean},
): HubModel | undefined {
  const models = modelsAmong(snapshot.files).filter(({missing}) => missing.length === 0);
  try {
    const {files} = chooseModel(models, {spec, choice: address.choice});
    return modelIn(address, snapshot, files);
  } catch (error) {
    if (mustBeThere || !(error instanceof LabelscopeError)) throw error;
    return undefined;
  }
}

function modelIn(
  {repo}: HubAddress,
  snapshot: Pick<Snapshot, "commit" | "folder">,
  files: readonly string[],
): HubModel {
  const [first = ""] = files;
  return {path: join(snapshot.folder, first), origin: `hf:${repo}@${snapshot.commit}:${first}`};
}

async function fromHub(address: HubAddress, spec: string, client: HubClient, options: HubOptions): Promise<HubModel> {
  const {commit, files} = await listRepository(address, client);
  const chosen = chooseModel(modelsAmong(files.map(({path}) => path)), {spec, choice: address.choice});
  if (chosen.missing.length > 0) throw incomplete(address, chosen.missing);
  const sizeBytes = files
    .filter(({path}) => chosen.files.includes(path))
    .reduce((sum, {sizeBytes: bytes = 0}) => sum + bytes, 0);
  if (options.maxBytes !== undefined && sizeBytes > options.maxBytes)
    throw beyondMaxSize(`hf:${address.repo}:${chosen.name}`, options.maxBytes, sizeBytes);
  const folder = repositoryFolder(options.env, address.repo);
  for (const path of chosen.files) {
    const file = files.find(one => one.path === path);
    if (file !== undefined) await fetchFile(address.repo, commit, file, {client, folder, options});
  }
  await makeFolder(join(folder, "refs"));
  if (address.revision !== commit) await writeFile(join(folder, "refs", address.revision), commit);
  return modelIn(address, {commit, folder: join(folder, "snapshots", commit)}, chosen.files);
}

interface Fetching {
  readonly client: HubClient;
  readonly folder: string;
  readonly options: HubOptions;
}

/** One file: its bytes under `blobs`, by the hub's hash, and its name in the snapshot as a link to them. */
async function fetchFile(repo: string, commit: string, file: HubFile, fetching: Fetching): Promise<void> {
  const {client, folder, options} = fetching;
  const blob = join(folder, "blobs", file.blob);
  const named = join(folder, "snapshots", commit, ...file.path.split("/"));
  if (await isThere(named)) return;
  await makeFolder(dirname(blob));
  await using _lock = await acquireLock(`${blob}.labelscope-lock`, {
    signal: client.signal,
    onWait: holder => options.notice?.(`${file.path}: waiting for process ${holder.pid}, which is fetching it`),
  });
  if (!(await isThere(blob)) && !(await isThere(named))) await fetchBlob(repo, commit, file, {...fetching, blob});
  await makeFolder(dirname(named));
  await rm(named, {force: true}); // a link to a blob that is gone
  try {
    await symlink(relative(dirname(named), blob), named);
  } catch {
    // Where links are not allowed, as on Windows, the hub's programs put the file itself there.
    await mkdir(dirname(named), {recursive: true});
    await rename(blob, named);
  }
}

async function fetchBlob(
  repo: string,
  commit: string,
  file: HubFile,
  {client, options, blob}: Fetching & {readonly blob: string},
): Promise<void> {
  const part = {path: `${blob}.labelscope-part`, statePath: `${blob}.labelscope-part.json`};
  const encoded = file.path.split("/").map(encodeURIComponent).join("/");
  const {endpoint, secret, signal, retryDelaysMs} = client;
  const subject = file.path.slice(file.path.lastIndexOf("/") + 1);
  let last = 0;
  for (;;) {
    const {resumed} = await download({
      url: `${endpoint}/${repo}/resolve/${commit}/${encoded}`,
      key: `hf ${repo}/${file.path} ${file.blob}`,
      file: part,
      checksumKnown: true,
      signal,
      ...(file.sizeBytes === undefined ? {} : {expectedBytes: file.sizeBytes}),
      ...(secret === undefined ? {} : {secret}),
      ...(retryDelaysMs === undefined ? {} : {retryDelaysMs}),
      onProgress: (done, total) => {
        if (performance.now() - last < 100 && done !== total) return;
        last = performance.now();
        const known = total === undefined ? {} : {total};
        options.progress?.({subject, done, unit: "bytes", note: "downloading", ...known});
      },
    }).catch(error => {
      throw asRefusal(error, repo, client);
    });
    const found = file.sha256 === undefined ? await gitHash(part.path) : await sha256File(part.path, {signal});
    if (found === file.blob) break;
    await discard(part);
    // A part left over from an earlier run may have been wrong: one attempt from the beginning tells.
    if (!resumed) throw otherBytes(repo, file, found);
  }
  await rename(part.path, blob);
  await discard(part);
}

/** What a refused download means for this repository. */
function asRefusal(error: unknown, repo: string, client: HubClient): unknown {
  if (!(error instanceof LabelscopeError) || error.code !== "source-refused") return error;
  const {status, host} = error.facts;
  if ((status !== 401 && status !== 403) || typeof host !== "string") return error;
  return hubRefusal(status, {repo, host, client, code: "GatedRepo"});
}

/** Git's own name of a file's content, by which the hub keeps small files. */
async function gitHash(path: string): Promise<string> {
  const hash = createHash("sha1").update(`blob ${(await stat(path)).size}\0`);
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

async function isThere(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

function incomplete({repo}: HubAddress, missing: readonly string[]): LabelscopeError {
  return new LabelscopeError({
    code: "model-part-missing",
    message: `${repo} does not hold all parts of this model`,
    details: missing.slice(0, 10).map(name => `missing: ${name}`),
    next: "choose another model of the repository, or another repository",
    facts: {repo, missing},
  });
}

function offlineWithout(spec: string, {repo}: HubAddress): LabelscopeError {
  return new LabelscopeError({
    code: "hub-offline",
    message: `${spec} is not in the hub's cache, and HF_HUB_OFFLINE forbids to ask for it`,
    next: ["unset HF_HUB_OFFLINE", "labelscope models list --local shows what is here"],
    facts: {spec, repo},
  });
}

function otherBytes(repo: string, file: HubFile, found: string): LabelscopeError {
  return new LabelscopeError({
    code: "checksum-mismatch",
    message: `what arrived is not ${file.path} of ${repo}`,
    details: [`expected ${file.blob}`, `arrived  ${found}`],
    next: "repeat the command; a proxy or mirror on the way may change files",
    facts: {repo, file: file.path, expected: file.blob, found},
  });
}
