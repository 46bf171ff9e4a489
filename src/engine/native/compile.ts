import {execFile} from "node:child_process";
import {createHash} from "node:crypto";
import {existsSync, readFileSync} from "node:fs";
import {readFile, rename, writeFile} from "node:fs/promises";
import {createRequire} from "node:module";
import {basename, dirname, join} from "node:path";
import {promisify} from "node:util";
import {makeFolder} from "../../make-folder.ts";
import {packageRoot} from "../../package-root.ts";
import {scratchFolder} from "../../scratch-folder.ts";
import {engineFolder} from "../gpu/place.ts";

/** Where the C++ sources are: beside this file's TypeScript source, which a package carries too. */
const SOURCES = join(packageRoot, "src", "engine", "native");
const FILES = ["reader.cpp", "exp-sums.h", "quantize.h", "worker.h"];

/** A compiled reader, or why there is none. */
export type Compiled =
  | {readonly file: string; readonly compiler: string}
  | {readonly file: undefined; readonly reason: string};

/**
 * The path of the compiled native reader, compiling it on first use into `<home>/native/<key>/`.
 *
 * The key covers the sources, the engine's version, the libraries it has loaded, the compiler and the Node version, so
 * that an upgrade of any of them compiles anew. A failure is remembered under the same key with the compiler's message.
 *
 * The engine's libraries must be loaded: the reader is linked against exactly those.
 *
 * @param retry compile again even where an earlier attempt failed
 */
export async function compiledReader(home: string, options: {readonly retry?: boolean} = {}): Promise<Compiled> {
  if (process.platform !== "linux") {
    return {file: undefined, reason: `the native reader is built on Linux only so far (this is ${process.platform})`};
  }
  const libraries = loadedEngineLibraries();
  if (libraries === undefined)
    return {file: undefined, reason: "the engine's libraries are not where they are expected"};
  const compiler = await findCompiler();
  if (compiler === undefined) {
    return {file: undefined, reason: "no C++ compiler was found (looked for $CXX, g++, c++ and clang++)"};
  }
  const folder = join(home, "native", await cacheKey(libraries, compiler));
  const file = join(folder, "reader.node");
  const failure = join(folder, "failed.txt");
  if (existsSync(file)) return {file, compiler: compiler.version};
  if (existsSync(failure) && options.retry !== true) return {file: undefined, reason: await readFile(failure, "utf8")};
  try {
    await makeFolder(folder);
    const reason = await compile(compiler.command, libraries, folder, file);
    if (reason === undefined) return {file, compiler: compiler.version};
    await writeFile(failure, reason);
    return {file: undefined, reason};
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {file: undefined, reason: `there is no place for it (${why}); LABELSCOPE_HOME names another`};
  }
}

/** Compiles beside the target and renames into place: two processes may do it at once. */
async function compile(
  command: string,
  libraries: Libraries,
  folder: string,
  file: string,
): Promise<string | undefined> {
  const require = createRequire(import.meta.url);
  await using scratch = await scratchFolder(folder, "build");
  const output = join(scratch.path, "reader.node");
  const folderOf = (module: string) => dirname(require.resolve(`${module}/package.json`));
  const engine = engineFolder();
  const parameters = [
    ...["-O3", "-std=c++20", "-shared", "-fPIC", "-DNAPI_VERSION=7", "-DNAPI_CPP_EXCEPTIONS"],
    `-I${join(folderOf("node-api-headers"), "include")}`,
    `-I${folderOf("node-addon-api")}`,
    `-I${join(engine, "llama", "addon")}`,
    `-I${join(SOURCES, "include")}`,
    join(SOURCES, "reader.cpp"),
    ...["-o", output, `-L${libraries.folder}`, `-Wl,-rpath,${libraries.folder}`],
    ...libraries.files.map(name => `-l:${name}`),
  ];
  try {
    await promisify(execFile)(command, parameters, {timeout: 180_000, maxBuffer: 16 << 20});
    await rename(output, file);
    return undefined;
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return `${command} could not compile the native reader: ${text.split("\n").slice(1, 8).join("\n") || text}`;
  }
}

interface Libraries {
  readonly folder: string;
  readonly files: readonly string[];
}

/** The engine's shared libraries as this process has mapped them. */
function loadedEngineLibraries(): Libraries | undefined {
  return engineLibraries(readFileSync("/proc/self/maps", "utf8").match(/\/\S*\/lib[\w.-]+\.so$/gm) ?? []);
}

/**
 * The libraries that the reader is linked against, among those that a process has mapped. A GPU build's name holds its backend:
 * `libllama.v0.5.0.so` is `libllama.vulkan.v0.5.0.so` there, and a build made on this machine names neither.
 *
 * @returns `undefined` where one of the three is not there
 * @example engineLibraries(["/b/libllama.cuda.v1.so", "/b/libggml.cuda.v1.so", "/b/libggml-base.so"])?.folder // "/b"
 */
export function engineLibraries(mapped: readonly string[]): Libraries | undefined {
  const own = /\/lib(?:llama|ggml|ggml-base)(?:\.[a-z]+)?(?:\.v[\d.]+)?\.so$/;
  const paths = [...new Set(mapped)].filter(path => own.test(path)).sort();
  const llama = paths.find(path => basename(path).startsWith("libllama"));
  if (llama === undefined || paths.length < 3) return undefined;
  const folder = dirname(llama);
  return {folder, files: paths.filter(path => dirname(path) === folder).map(path => basename(path))};
}

/** The CPU backend that the engine picked for this processor, e.g. `libggml-cpu-zen4.so`; undefined off Linux. */
export function loadedCpuBackend(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const path = /\/\S*\/(libggml-cpu-[\w.-]+\.so)$/m.exec(readFileSync("/proc/self/maps", "utf8"));
  return path?.[1];
}

async function findCompiler(): Promise<{command: string; version: string} | undefined> {
  for (const command of [process.env.CXX, "g++", "c++", "clang++"]) {
    if (command === undefined || command === "") continue;
    try {
      const {stdout} = await promisify(execFile)(command, ["--version"], {timeout: 20_000});
      return {command, version: stdout.split("\n")[0] ?? command};
    } catch {
      // not this one; the caller is told when none is left
    }
  }
  return undefined;
}

async function cacheKey(libraries: Libraries, compiler: {command: string; version: string}): Promise<string> {
  const hash = createHash("sha256");
  for (const name of FILES) hash.update(await readFile(join(SOURCES, name)));
  hash.update(JSON.stringify([libraries, compiler, engineVersion(), process.version, process.arch]));
  return hash.digest("hex").slice(0, 16);
}

function engineVersion(): string {
  return readFileSync(join(engineFolder(), "package.json"), "utf8");
}
