// Compiles src/ to dist/, joins the command line into a bundle and makes the command executable. Runs by itself after `npm install` and under `npx`.
// `--quiet` prints nothing when all is well.
//
// It compiles into a folder of its own beside dist/ and then moves over the files that differ, each by a rename: at every
// moment a command that is running, or a build beside this one, finds each file whole, the old or the new one. Where the
// sources do not compile, dist/ stays as it is.
import {spawnSync} from "node:child_process";
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync} from "node:fs";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

/** How long a bundle's part that nothing makes any more stays: a command that is running may load it late. */
const LATE_MS = 24 * 60 * 60 * 1000;
const DRAFT = ".dist-";
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, "dist");
const draft = join(root, `${DRAFT}${process.pid}`);
const quiet = process.argv.includes("--quiet");
if (!existsSync(join(root, "src", "cli.ts"))) process.exit(0); // an installed package ships dist/ as it is
const {bundle} = await import("./bundle.mjs");

removeAbandoned();
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const project = ["-p", join(root, "tsconfig.build.json"), "--outDir", draft];
try {
  const {status, error} = spawnSync(process.execPath, [tsc, ...project], {stdio: "inherit", cwd: root});
  if (error !== undefined) throw error;
  if (status === 0) {
    await bundle(["cli.js", "index.js"].map(name => join(draft, name)).filter(existsSync), draft, root);
    chmodSync(join(draft, "cli.js"), 0o755);
    moveOver();
    if (!quiet) console.log("built dist/");
  } else {
    console.error(existsSync(dist) ? "src/ does not compile: dist/ stays as it was" : "src/ does not compile");
    process.exitCode = status ?? 1;
  }
} finally {
  rmSync(draft, {recursive: true, force: true});
}

/** Files that are the same stay untouched, those that nothing makes any more go last, parts of a bundle a day later. */
function moveOver() {
  const built = filesIn(draft);
  for (const name of built) {
    const target = join(dist, name);
    if (existsSync(target) && readFileSync(target).equals(readFileSync(join(draft, name)))) continue;
    mkdirSync(dirname(target), {recursive: true});
    renameSync(join(draft, name), target);
  }
  const kept = new Set(built);
  for (const name of filesIn(dist)) {
    if (!kept.has(name) && !mayBeLoaded(name)) rmSync(join(dist, name), {force: true});
  }
}

function mayBeLoaded(name) {
  const modified = statSync(join(dist, name), {throwIfNoEntry: false})?.mtimeMs ?? 0;
  return dirname(name) === "bundle" && Date.now() - modified < LATE_MS;
}

function filesIn(folder) {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

/** Drafts of builds that were killed. */
function removeAbandoned() {
  for (const name of readdirSync(root)) {
    if (!name.startsWith(DRAFT) || isRunning(Number(name.slice(DRAFT.length)))) continue;
    rmSync(join(root, name), {recursive: true, force: true});
  }
}

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
