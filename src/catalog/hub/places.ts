import {readFile} from "node:fs/promises";
import {homedir} from "node:os";
import {join, resolve} from "node:path";
import type {SecretHeaders} from "../http.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** The hub, or the mirror that `HF_ENDPOINT` names; without a slash at its end. */
export function hubEndpoint(env: Env): string {
  return (env.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/, "");
}

/**
 * The folder of the hub's own programs: `HF_HOME`, else `huggingface` in `XDG_CACHE_HOME` or `~/.cache`, on every platform.
 *
 * Source: huggingface_hub, constants.py
 */
function hubHome(env: Env): string {
  if (env.HF_HOME) return expanded(env.HF_HOME, env);
  const cache = env.XDG_CACHE_HOME ? expanded(env.XDG_CACHE_HOME, env) : join(userHome(env), ".cache");
  return join(cache, "huggingface");
}

/** The cache that all programs of the hub share: `HF_HUB_CACHE`, `HUGGINGFACE_HUB_CACHE`, else `hub` in their folder. */
export function hubCache(env: Env): string {
  const named = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE;
  return named ? expanded(named, env) : join(hubHome(env), "hub");
}

/** The folder of a repository's models in the cache. */
export function repositoryFolder(env: Env, repo: string): string {
  return join(hubCache(env), `models--${repo.replaceAll("/", "--")}`);
}

/** Whether the hub must not be asked (`HF_HUB_OFFLINE`). */
export function isOffline(env: Env): boolean {
  return ["1", "ON", "YES", "TRUE"].includes((env.HF_HUB_OFFLINE ?? "").toUpperCase());
}

/**
 * The access token, for the hub alone: `HF_TOKEN`, `HUGGING_FACE_HUB_TOKEN`, else what `hf auth login` wrote (`HF_TOKEN_PATH`,
 * or `token` in the hub's folder). Never written anywhere.
 */
export async function hubSecret(env: Env): Promise<SecretHeaders | undefined> {
  const path = env.HF_TOKEN_PATH ? expanded(env.HF_TOKEN_PATH, env) : join(hubHome(env), "token");
  const token =
    env.HF_TOKEN?.trim() || env.HUGGING_FACE_HUB_TOKEN?.trim() || (await readFile(path, "utf8").catch(() => "")).trim();
  if (token === "") return undefined;
  return {origin: new URL(hubEndpoint(env)).origin, headers: {authorization: `Bearer ${token}`}};
}

export function userHome(env: Env): string {
  return env.HOME || env.USERPROFILE || homedir();
}

function expanded(path: string, env: Env): string {
  return resolve(path.replace(/^~(?=$|[\\/])/, () => userHome(env)));
}
