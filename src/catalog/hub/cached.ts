import {readdir, readFile, stat} from "node:fs/promises";
import {join, relative, sep} from "node:path";
import type {HubAddress} from "./address.ts";
import {hubCache, repositoryFolder} from "./places.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** What the cache holds of a repository at one commit. */
export interface Snapshot {
  readonly commit: string;
  readonly folder: string;
  /** Paths of the GGUF files that are there, with forward slashes. */
  readonly files: readonly string[];
}

/** The snapshot that a revision names in the cache; `undefined` where there is none. */
export async function cachedSnapshot({repo, revision}: HubAddress, env: Env): Promise<Snapshot | undefined> {
  const folder = repositoryFolder(env, repo);
  const ref = (await readFile(join(folder, "refs", revision), "utf8").catch(() => "")).trim();
  const commit = [ref, revision].find(text => /^[0-9a-f]{40}$/.test(text));
  return commit === undefined ? undefined : await snapshotIn(folder, commit);
}

async function snapshotIn(folder: string, commit: string): Promise<Snapshot | undefined> {
  const snapshot = join(folder, "snapshots", commit);
  const files = await ggufFilesIn(snapshot);
  return files.length === 0 ? undefined : {commit, folder: snapshot, files};
}

/** GGUF files in a folder and below it that can be reached, links followed to files only; paths with forward slashes, sorted. */
export async function ggufFilesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true}).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    if (!/\.gguf$/i.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    const facts = await stat(path).catch(() => undefined); // a link to a blob that is gone
    if (facts?.isFile() === true) found.push(relative(folder, path).split(sep).join("/"));
  }
  return found.sort();
}

/** Every repository of the cache with GGUF files, at each revision that has a name. */
export async function cachedRepositories(env: Env): Promise<{readonly repo: string; readonly snapshot: Snapshot}[]> {
  const cache = hubCache(env);
  const names = (await readdir(cache).catch(() => [])).filter(name => name.startsWith("models--")).sort();
  const found = [];
  for (const name of names) {
    const repo = name.slice("models--".length).replaceAll("--", "/");
    const snapshot = await cachedSnapshot({repo, revision: "main"}, env);
    if (snapshot !== undefined) found.push({repo, snapshot});
  }
  return found;
}
