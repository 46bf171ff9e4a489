import {existsSync, readdirSync} from "node:fs";
import {dirname, join} from "node:path";
import {fileURLToPath, pathToFileURL} from "node:url";
import {type Backend, ENGINE_VERSION, gpuBuilds, SCOPE} from "./builds.ts";

/**
 * Where `labelscope gpu install` puts the engine with its GPU builds: into labelscope's own folder. What npm keeps beside
 * labelscope is not touched, and a later `npm install` there does not take them away.
 */
export function gpuFolder(home: string): string {
  return join(home, "gpu", ENGINE_VERSION);
}

/** The GPU builds that a folder with `node_modules` holds, each with all of its packages. */
export function backendsIn(folder: string): Backend[] {
  return gpuBuilds(process.platform, process.arch)
    .filter(({packages}) => packages.length > 0)
    .filter(({packages}) => packages.every(name => hasLibraries(join(folder, "node_modules", SCOPE, name))))
    .map(({backend}) => backend);
}

/** The GPU builds that came with labelscope: none in a checkout of it on Linux and Windows, all where it is a dependency. */
export function backendsBeside(): Backend[] {
  const brought = gpuBuilds(process.platform, process.arch)
    .filter(({packages}) => packages.length === 0)
    .map(({backend}) => backend);
  const found = new Set(brought);
  for (let folder = engineFolder(); folder !== dirname(folder); folder = dirname(folder)) {
    for (const backend of backendsIn(folder)) found.add(backend);
  }
  return [...found];
}

/** node-llama-cpp's folder: its main file lies in `dist/`. */
export function engineFolder(): string {
  return dirname(dirname(fileURLToPath(import.meta.resolve("node-llama-cpp"))));
}

/** What stands in for a package that was not installed has no libraries. */
function hasLibraries(folder: string): boolean {
  const libraries = join(folder, "bins");
  return existsSync(libraries) && readdirSync(libraries).length > 0;
}

/**
 * The engine: for a GPU the one that `gpu install` has installed, if it has, else the one that came with labelscope. Both are
 * of the same version.
 */
export async function importEngine(
  home: string,
  gpu: "off" | "auto" | Backend,
): Promise<typeof import("node-llama-cpp")> {
  const folder = gpuFolder(home);
  const installed = gpu === "off" ? [] : backendsIn(folder);
  const serves = gpu === "auto" ? installed.length > 0 : installed.some(backend => backend === gpu);
  if (!serves) return await import("node-llama-cpp");
  const entry = join(folder, "node_modules", "node-llama-cpp", "dist", "index.js");
  return await import(/* @vite-ignore */ pathToFileURL(entry).href);
}

/** What to do about an engine that does not start for a GPU: install its build, or look at what the build needs. */
export function gpuAdvice(home: string, gpu: "auto" | Backend): string[] {
  const off = "--gpu off computes on the processor";
  const here = [...backendsBeside(), ...backendsIn(gpuFolder(home))];
  if (gpu === "auto" ? here.length > 0 : here.includes(gpu)) return ["check the GPU's driver: the build is here", off];
  const known = gpuBuilds(process.platform, process.arch).map(({backend}) => backend);
  if (gpu === "auto" && known.length > 0) return ["labelscope gpu install", off];
  if (gpu !== "auto" && known.includes(gpu)) return [`labelscope gpu install --backend ${gpu}`, off];
  return [known.length === 0 ? "the engine has no GPU build for this computer" : `--gpu ${known.join(" or ")}`, off];
}
