// Makes the package that is published, as a tarball in a folder (default: the working directory), and prints its path:
//   npm run package [FOLDER]
//
// A checkout keeps node-llama-cpp as npm installs it. The package carries it joined into a few files and without its
// dependencies: npm would add 650 MB of GPU builds and the source of llama.cpp, which `labelscope gpu install` fetches if
// they are wanted. What is left to install are the CPU build of the machine's platform, resvg, zod (types of the library)
// and the headers that the native reader compiles against.
import {spawnSync} from "node:child_process";
import {chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from "node:fs";
import {tmpdir} from "node:os";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";
import {bundle, bundleEngine} from "./bundle.mjs";

const ENGINE = "node-llama-cpp";
/** Packages that stay packages: what loads binaries, what the library's types name, what the native reader compiles against. */
const KEPT = ["@resvg/resvg-js", "node-addon-api", "node-api-headers", "zod"];
const CPU_BUILD = /^@node-llama-cpp\/(linux-(x64|arm64)|mac-(x64|arm64-metal)|win-(x64|arm64))$/;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = resolve(process.argv[2] ?? ".");
const own = readJson(join(root, "package.json"));
const engine = join(root, "node_modules", ENGINE);
const stage = mkdtempSync(join(tmpdir(), "labelscope-package-"));

try {
  await compile();
  for (const path of own.files.filter(path => path !== "dist")) copy(path);
  for (const path of ["README.md", "LICENSE"]) copy(path);
  await carryEngine();
  writeFileSync(join(stage, "package.json"), `${JSON.stringify(published(), null, 2)}\n`);
  mkdirSync(target, {recursive: true});
  const [{filename}] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", target], stage));
  console.log(join(target, filename));
} finally {
  rmSync(stage, {recursive: true, force: true});
}

/** The command line and the library, bundled, and the types that the library's own reach. */
async function compile() {
  const whole = join(stage, "whole");
  run(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.build.json"), "--outDir", whole],
    root,
  );
  const dist = join(stage, "dist");
  // Compiled beside node_modules: the bundler looks for packages from an entry upwards.
  const sources = join(root, "src");
  await bundle(
    ["cli.ts", "index.ts"].map(name => join(sources, name)),
    dist,
    root,
  );
  chmodSync(join(dist, "cli.js"), 0o755);
  for (const types of reached(join(whole, "index.d.ts"))) {
    const place = join(dist, types.slice(whole.length + 1));
    mkdirSync(dirname(place), {recursive: true});
    cpSync(types, place);
  }
  rmSync(whole, {recursive: true});
}

/** A file of types and all that it imports by a relative path. */
function reached(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, from] of readFileSync(file, "utf8").matchAll(/(?:from\s*|import\(\s*)["'](\.[^"']+)["']/g))
    reached(join(dirname(file), from.replace(/\.[jt]s$/, ".d.ts")), seen);
  return seen;
}

function copy(path) {
  if (path.startsWith("!")) return;
  if (!path.includes("*"))
    return cpSync(join(root, path), join(stage, path), {
      recursive: true,
      filter: name => !name.includes("__pycache__"),
    });
  const [folder, suffix] = [dirname(path), path.slice(path.lastIndexOf("*") + 1)];
  cpSync(join(root, folder), join(stage, folder), {
    recursive: true,
    filter: name => name === join(root, folder) || (dirname(name) === join(root, folder) && name.endsWith(suffix)),
  });
}

async function carryEngine() {
  const place = join(stage, "node_modules", ENGINE);
  mkdirSync(place, {recursive: true});
  await bundleEngine(join(place, "dist"), root);
  for (const name of ["LICENSE", "llama/binariesGithubRelease.json", "llama/llama.cpp.info.json"])
    cpSync(join(engine, name), join(place, name));
  cpSync(join(engine, "llama", "addon"), join(place, "llama", "addon"), {
    recursive: true,
    filter: name => !name.endsWith(".cpp"),
  });
  const {name, version, description, license, repository, type, main, engines} = readJson(join(engine, "package.json"));
  const exports = {".": main};
  writeFileSync(
    join(place, "package.json"),
    JSON.stringify({name, version, description, license, repository, type, main, exports, engines}, null, 2),
  );
}

function published() {
  const {private: _, scripts, devDependencies, overrides, dependencies, ...facts} = own;
  const kept = Object.entries(dependencies).filter(([name]) => KEPT.includes(name) || name === ENGINE);
  const builds = Object.entries(readJson(join(engine, "package.json")).optionalDependencies);
  return {
    ...facts,
    dependencies: Object.fromEntries(kept),
    optionalDependencies: Object.fromEntries(builds.filter(([name]) => CPU_BUILD.test(name))),
    bundleDependencies: [ENGINE],
  };
}

function readJson(path) {
  return JSON.parse(readFileSync(path, "utf8"));
}

function run(program, parameters, cwd) {
  const {status, stdout, stderr, error} = spawnSync(program, parameters, {cwd, encoding: "utf8"});
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${program} ${parameters[0]} failed: ${stderr || stdout}`);
  return stdout;
}
