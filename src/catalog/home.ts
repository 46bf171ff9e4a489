import {homedir} from "node:os";
import {join, resolve} from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The folder for what labelscope fetches or computes and could have again: pulled models, checksums, compiled readers.
 *
 * `LABELSCOPE_HOME` wins; then `XDG_CACHE_HOME/labelscope`; then the platform's own place for caches. A relative
 * `XDG_CACHE_HOME` is ignored, as its specification says. The folder may not exist yet.
 *
 * @returns an absolute path
 */
export function labelscopeHome(env: Env, platform: NodeJS.Platform = process.platform): string {
  if (env.LABELSCOPE_HOME) return resolve(env.LABELSCOPE_HOME);
  if (env.XDG_CACHE_HOME?.startsWith("/")) return join(env.XDG_CACHE_HOME, "labelscope");
  const user = env.HOME || env.USERPROFILE || homedir();
  if (platform === "darwin") return join(user, "Library", "Caches", "labelscope");
  if (platform === "win32") return join(env.LOCALAPPDATA || join(user, "AppData", "Local"), "labelscope", "Cache");
  return join(user, ".cache", "labelscope");
}

/** Where pulled models lie, as `<id>.gguf` with `<id>.json` beside each. */
export function modelsFolder(home: string): string {
  return join(home, "models");
}
