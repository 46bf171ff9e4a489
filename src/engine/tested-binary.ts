import {readFileSync} from "node:fs";
import {readFile, rename, stat, writeFile} from "node:fs/promises";
import {createRequire} from "node:module";
import {cpus, release, version} from "node:os";
import {dirname, join, resolve, sep} from "node:path";
import type {Llama, LlamaLogLevel} from "node-llama-cpp";
import {z} from "zod";
import {makeFolder} from "../make-folder.ts";
import {SCOPE} from "./gpu/builds.ts";

/**
 * node-llama-cpp tests its binary in a process of its own at every start, which takes most of the start. What was tested on
 * this machine once need not be tested again: this remembers which binary that was.
 */
const testedSchema = z.object({
  /** The engine's addon, `llama-addon.node`. */
  addon: z.string(),
  sizeBytes: z.number(),
  modifiedMs: z.number(),
  repository: z.string(),
  release: z.string(),
  /** The machine and Node on which it passed: another processor or kernel may refuse it. */
  machine: z.string(),
});
type Tested = z.infer<typeof testedSchema>;

/** What node-llama-cpp makes an engine of; private there, pinned with its version. */
const classSchema = z.custom<{_create: (parts: object) => Promise<Llama>}>(
  value => typeof value === "function" && "_create" in value && typeof value._create === "function",
);

export interface StartOptions {
  readonly logLevel: LlamaLogLevel;
  readonly logger: (level: LlamaLogLevel, message: string) => void;
}

/**
 * Starts the CPU engine with the binary that passed node-llama-cpp's test on this machine before.
 *
 * @param engine name and version of the engine
 * @returns `undefined` if nothing is remembered, or binary, machine or node-llama-cpp's inside differ: its own start decides then
 */
export async function startTested(home: string, engine: string, options: StartOptions): Promise<Llama | undefined> {
  const tested = await remembered(home, engine);
  if (tested === undefined) return undefined;
  try {
    const module = await import("node-llama-cpp");
    const bindings: unknown = createRequire(import.meta.url)(tested.addon);
    return await classSchema.parse(module.Llama)._create({
      bindings,
      bindingPath: tested.addon,
      buildType: "prebuilt",
      buildMetadata: {
        buildOptions: {
          customCmakeOptions: new Map(),
          llamaCpp: {repo: tested.repository, release: tested.release},
          gpu: false,
        },
      },
      vramPadding: 0,
      ramPadding: 0, // its estimates of memory are not used: a real failure is reported
      maxThreads: 0,
      debug: false,
      numa: false,
      ...options,
    });
  } catch {
    return undefined;
  }
}

/** Remembers the binary with which a CPU engine has just started, if it is node-llama-cpp's own. */
export async function rememberTested(home: string, engine: string, llama: Llama): Promise<void> {
  const addon = llama.gpu === false && llama.buildType === "prebuilt" ? loadedAddon() : undefined;
  if (addon === undefined) return;
  const path = pathOf(home, engine);
  const draft = `${path}.${process.pid}`;
  try {
    const {size, mtimeMs} = await stat(addon);
    const {repo, release} = llama.llamaCppRelease;
    const tested: Tested = {addon, sizeBytes: size, modifiedMs: mtimeMs, repository: repo, release, machine: machine()};
    await makeFolder(dirname(path));
    await writeFile(draft, JSON.stringify(tested));
    await rename(draft, path);
  } catch {
    // A home that cannot be written costs the test again, never the answer.
  }
}

async function remembered(home: string, engine: string): Promise<Tested | undefined> {
  try {
    const tested = testedSchema.parse(JSON.parse(await readFile(pathOf(home, engine), "utf8")));
    const {size, mtimeMs} = await stat(tested.addon);
    const isSame = size === tested.sizeBytes && mtimeMs === tested.modifiedMs && machine() === tested.machine;
    return isSame && isFoundFrom(engineMain(), resolve(tested.addon)) ? tested : undefined;
  } catch {
    return undefined; // Absent, torn, or the binary is gone.
  }
}

function pathOf(home: string, engine: string): string {
  return join(home, "loads", engine.replaceAll(/[^\w.-]+/g, "-"), "binary.json");
}

function engineMain(): string {
  return createRequire(import.meta.url).resolve("node-llama-cpp");
}

/**
 * Whether a binary lies in a package that Node would find from here: what is remembered of another installation is not loaded.
 *
 * @example isFoundFrom("/app/node_modules/a/node_modules/engine/main.js", "/app/node_modules/@node-llama-cpp/x/x.node") // true
 */
export function isFoundFrom(file: string, binary: string): boolean {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    if (binary.startsWith(join(folder, "node_modules", SCOPE) + sep)) return true;
  }
  return false;
}

function machine(): string {
  return [process.version, process.arch, release(), version(), cpus()[0]?.model ?? ""].join("; ");
}

/** The addon as this process has mapped it; known on Linux only. */
function loadedAddon(): string | undefined {
  if (process.platform !== "linux") return undefined;
  return /\/\S*\/llama-addon\.node$/m.exec(readFileSync("/proc/self/maps", "utf8"))?.[0];
}
