import {existsSync} from "node:fs";
import {rename, rm, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {ensureSpace} from "../../catalog/disk-space.ts";
import {runQuietly} from "../../catalog/run-quietly.ts";
import {LabelscopeError} from "../../errors.ts";
import {makeFolder} from "../../make-folder.ts";
import {scratchFolder} from "../../scratch-folder.ts";
import {reasonOf} from "../../system-error.ts";
import {type Backend, ENGINE_VERSION, type GpuBuild, gpuBuilds, processorPackage, SCOPE} from "./builds.ts";
import {backendsBeside, backendsIn, gpuFolder} from "./place.ts";

/** What `gpu install` does, or has nothing to do for. */
export interface GpuPlan {
  readonly build: GpuBuild;
  /** Why this kind of GPU. */
  readonly because: string;
  /** Where the build is already; absent: it has to be installed. */
  readonly present?: "beside labelscope" | "installed";
  /** Everything that the folder will hold, with versions: what was installed before stays. */
  readonly packages: Readonly<Record<string, string>>;
  readonly folder: string;
}

/** NVIDIA's driver, by the files that it brings: Linux, Linux under Windows, Windows. */
const NVIDIA = ["/proc/driver/nvidia/version", "/usr/lib/wsl/lib/libcuda.so.1", "C:\\Windows\\System32\\nvcuda.dll"];

/**
 * What is to be installed for a GPU of this computer.
 *
 * @param backend absent: CUDA if NVIDIA's driver is here, else Vulkan; Metal on a Mac
 * @throws `gpu-unsupported` for a computer, or a kind of GPU on it, that the engine has no build for
 */
export function planGpu(
  home: string,
  backend: Backend | undefined,
  exists: (path: string) => boolean = existsSync,
): GpuPlan {
  const builds = gpuBuilds(process.platform, process.arch);
  const folder = gpuFolder(home);
  const driver = NVIDIA.find(exists);
  const fits = builds.filter(build => build.backend !== "cuda" || driver !== undefined);
  const build = backend === undefined ? fits[0] : builds.find(one => one.backend === backend);
  if (build === undefined) throw unsupported(backend, builds);
  const because =
    backend !== undefined
      ? "it was asked for"
      : build.backend === "cuda"
        ? `NVIDIA's driver is here (${driver})`
        : build.backend === "vulkan"
          ? "no driver of NVIDIA's was found"
          : "this is a Mac";
  const installed = backendsIn(folder);
  const here = backendsBeside().includes(build.backend)
    ? "beside labelscope"
    : installed.includes(build.backend)
      ? "installed"
      : undefined;
  const names = builds
    .filter(one => one.backend === build.backend || installed.includes(one.backend))
    .flatMap(({packages}) => packages);
  const scoped = [processorPackage(process.platform, process.arch), ...names].map(name => `${SCOPE}/${name}`);
  return {
    build,
    because,
    ...(here === undefined ? {} : {present: here}),
    packages: Object.fromEntries(["node-llama-cpp", ...scoped].map(name => [name, ENGINE_VERSION])),
    folder,
  };
}

/**
 * Installs what a plan names with the user's own npm, so that mirrors, proxies and certificates are the ones already set up. No
 * script of a package is run. The folder is made whole beside its place and then renamed: an install that was stopped leaves
 * nothing behind that counts.
 *
 * @throws `npm-missing`, `disk-full`, `file-refused` for a folder that cannot be written, `source-unreachable` where npm found no
 * network, `source-refused` with npm's last lines
 */
export async function installGpu(
  {build, packages, folder}: GpuPlan,
  {env, signal}: {readonly env: Readonly<Record<string, string | undefined>>; readonly signal: AbortSignal},
): Promise<void> {
  const parent = dirname(folder);
  await using made = await makeFolder(parent)
    .then(async () => await scratchFolder(parent, "new"))
    .catch(error => {
      throw unwritable(parent, error);
    });
  const scratch = made.path;
  await ensureSpace(scratch, build.diskBytes ?? 0);
  await writeFile(
    join(scratch, "package.json"),
    `${JSON.stringify({name: "labelscope-gpu", private: true, dependencies: packages}, null, 2)}\n`,
  );
  await npmInstall(scratch, env, signal);
  if (!backendsIn(scratch).includes(build.backend)) {
    throw refused(["npm ended well, and the libraries are not there"]);
  }
  const old = join(scratch, "node_modules", ".replaced");
  if (existsSync(folder)) await rename(folder, old);
  await rename(scratch, folder);
  await rm(join(folder, "node_modules", ".replaced"), {recursive: true, force: true});
}

const FLAGS = ["--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", "--global=false"];

async function npmInstall(
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<void> {
  const windows = process.platform === "win32";
  const output = await runQuietly({
    command: windows ? "npm.cmd" : "npm",
    args: ["install", ...FLAGS],
    shell: windows,
    env,
    cwd,
    signal,
    missing: cause =>
      new LabelscopeError({
        code: "npm-missing",
        message: "cannot run npm, which fetches the engine's GPU packages",
        next: "install npm (it comes with Node), or put it on the PATH",
        cause,
      }),
  });
  if (output.exitCode !== 0) throw refused(output.lines);
}

const noNetwork = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|network/i;

function refused(lines: readonly string[]): LabelscopeError {
  const own = lines.filter(line => /^npm (?:error|ERR!)/.test(line) && !/complete log|-debug-/.test(line));
  const said = (own.length > 0 ? own : lines)
    .slice(0, 4)
    .map(line => line.replace(/^npm (?:error|ERR!)\s*/, "").trim());
  const offline = lines.some(line => noNetwork.test(line));
  return new LabelscopeError({
    code: offline ? "source-unreachable" : "source-refused",
    message: offline ? "npm reached no registry" : "npm could not install the engine's GPU packages",
    details: said.length > 0 ? said : ["npm said nothing"],
    next: "check npm's registry and proxy (npm config list), then repeat the command; nothing was changed",
  });
}

function unwritable(folder: string, cause: unknown): unknown {
  const reason = reasonOf(cause);
  if (reason === undefined) return cause;
  return new LabelscopeError({
    code: "file-refused",
    message: `${folder} cannot be written: ${reason.why}`,
    next: "LABELSCOPE_HOME=DIR for a folder of your own",
    facts: {path: folder},
    cause,
  });
}

function unsupported(backend: Backend | undefined, builds: readonly GpuBuild[]): LabelscopeError {
  const here = `${process.platform} ${process.arch}`;
  const names = builds.map(build => build.backend);
  return new LabelscopeError({
    code: "gpu-unsupported",
    message:
      backend === undefined
        ? `the engine has no GPU build for ${here}`
        : `the engine has no ${backend} build for ${here}`,
    details: names.length === 0 ? [] : [`it has: ${names.join(", ")}`],
    next:
      names.length === 0 ? "--gpu off, or a model on a server (docs/engines.md)" : `--backend ${names.join(" or ")}`,
    facts: {platform: process.platform, arch: process.arch, known: names},
  });
}
