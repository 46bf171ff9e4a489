// Builds what is published and tries it, and stops before publishing:
//   npm run release [FOLDER]
//
// It needs a clean checkout and a section for the version in CHANGELOG.md. Then: types, lint, the suite, the package test
// (installs the tarball in an empty project, runs docs/library.md there, publint, arethetypeswrong), the tarball itself with
// its hash, and the two commands that are yours to give.
import {spawnSync} from "node:child_process";
import {createHash} from "node:crypto";
import {readFileSync} from "node:fs";
import {dirname, join, resolve} from "node:path";
import {fileURLToPath} from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const {version} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const folder = resolve(process.argv[2] ?? ".");

const changed = run("git", ["status", "--porcelain"]).trim();
if (changed !== "") stop(`the checkout has changes that are not committed:\n${changed}`);
if (run("git", ["tag", "--list", `v${version}`]).trim() !== "")
  stop(`v${version} is tagged already: raise the version`);
const heading = readFileSync(join(root, "CHANGELOG.md"), "utf8").match(/^## (.+)$/m)?.[1] ?? "";
if (!heading.startsWith(version)) stop(`CHANGELOG.md begins with "${heading}", not with ${version}`);
if (heading.includes("unreleased")) stop(`CHANGELOG.md still calls ${version} unreleased: put the date there`);

show("npm", ["run", "check"]);
show("npx", ["vitest", "run", "--project", "model", "test/model/package.test.ts"]);
const tarball = run(process.execPath, [join(root, "scripts/package.mjs"), folder]).trim();
const hash = createHash("sha256").update(readFileSync(tarball)).digest("hex");
console.log(
  `\n${tarball}\nsha256 ${hash}\n\nNothing is published. To publish it:\n  npm publish ${tarball}\n  git tag v${version} && git push --tags`,
);

function run(program, parameters) {
  const {status, stdout, stderr, error} = spawnSync(program, parameters, {cwd: root, encoding: "utf8"});
  if (error !== undefined || status !== 0)
    stop(`${program} ${parameters.join(" ")} failed: ${error ?? (stderr || stdout)}`);
  return stdout;
}

function show(program, parameters) {
  const {status} = spawnSync(program, parameters, {cwd: root, stdio: "inherit"});
  if (status !== 0) stop(`${program} ${parameters.join(" ")} failed`);
}

function stop(reason) {
  console.error(reason);
  process.exit(1);
}
