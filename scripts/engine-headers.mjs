// Checks the llama.cpp headers that the native reader is compiled against: each file against SHA256SUMS, and against
// the same file in the sources that the pinned node-llama-cpp carries (a git bundle, read without a checkout).
//
// usage: node scripts/engine-headers.mjs
import {execFileSync} from "node:child_process";
import {createHash} from "node:crypto";
import {mkdtempSync, readdirSync, readFileSync, rmSync} from "node:fs";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const include = join(root, "src", "engine", "native", "include");
const bundle = join(root, "node_modules", "node-llama-cpp", "llama", "gitRelease.bundle");

const sha256 = bytes => createHash("sha256").update(bytes).digest("hex");
const sums = new Map(
  readFileSync(join(include, "SHA256SUMS"), "utf8")
    .trim()
    .split("\n")
    .map(line => line.split(/\s+/).reverse()),
);

const scratch = mkdtempSync(join(tmpdir(), "labelscope-headers-"));
const problems = [];
try {
  const repository = join(scratch, "llama.cpp.git");
  execFileSync("git", ["clone", "--quiet", "--bare", bundle, repository], {stdio: ["ignore", "ignore", "pipe"]});
  const git = (...words) => execFileSync("git", ["--git-dir", repository, ...words], {maxBuffer: 64 << 20});
  const commit = git("rev-parse", "HEAD").toString().trim();
  const paths = git("ls-tree", "-r", "--name-only", "HEAD", "include", "ggml/include", "LICENSE")
    .toString()
    .split("\n");
  const headers = readdirSync(include).filter(name => name.endsWith(".h"));
  for (const name of new Set([...headers, ...sums.keys()])) {
    const path = paths.find(candidate => candidate.endsWith(`/${name}`));
    const expected = path === undefined ? undefined : sha256(git("show", `HEAD:${path}`));
    if (!headers.includes(name)) problems.push(`${name}: listed in SHA256SUMS and not there`);
    else if (!sums.has(name)) problems.push(`${name}: not listed in SHA256SUMS`);
    else if (sha256(readFileSync(join(include, name))) !== sums.get(name))
      problems.push(`${name}: not what SHA256SUMS says`);
    else if (expected === undefined) problems.push(`${name}: the engine's sources have no such header`);
    else if (expected !== sums.get(name)) problems.push(`${name}: not the engine's ${path}`);
  }
  const licence = git("show", "HEAD:LICENSE").toString();
  if (readFileSync(join(include, "LICENSE.llama.cpp"), "utf8") !== licence)
    problems.push("LICENSE.llama.cpp: not the engine's LICENSE");
  if (problems.length === 0)
    console.log(
      `${headers.length} headers are those of llama.cpp ${commit.slice(0, 12)}, which node-llama-cpp carries`,
    );
} finally {
  rmSync(scratch, {recursive: true, force: true});
}
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
