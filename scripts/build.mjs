// Compiles src/ to dist/ and makes the command executable. Runs by itself after `npm install`.
// `--quiet` prints nothing when all is well.
import {execFileSync} from "node:child_process";
import {chmodSync, existsSync, rmSync} from "node:fs";
import {createRequire} from "node:module";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const quiet = process.argv.includes("--quiet");
if (!existsSync(join(root, "src", "cli.ts"))) process.exit(0); // an installed package ships dist/ as it is

const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
rmSync(join(root, "dist"), {recursive: true, force: true});
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json")], {stdio: "inherit", cwd: root});
chmodSync(join(root, "dist", "cli.js"), 0o755);
if (!quiet) console.log("built dist/");
